//! An answer that comes from the fleet's thread, awaited on any runtime.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use parking_lot::Mutex;

use crate::fleet::error::FleetError;

/// A slot that is filled once, and the two ends of it.
pub(crate) fn reply<T>() -> (Answer<T>, Reply<T>) {
    let slot = Arc::new(Mutex::new(Slot { value: None, waker: None }));
    (Answer { slot: Arc::clone(&slot) }, Reply { slot })
}

struct Slot<T> {
    value: Option<Result<T, FleetError>>,
    waker: Option<Waker>,
}

/// The end that answers. Dropped without an answer, it says that the fleet has ended.
pub(crate) struct Answer<T> {
    slot: Arc<Mutex<Slot<T>>>,
}

impl<T> Answer<T> {
    pub(crate) fn give(self, value: Result<T, FleetError>) {
        self.slot.lock().value = Some(value);
    }
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        let waker = {
            let mut slot = self.slot.lock();
            slot.value.get_or_insert(Err(FleetError::Ended));
            slot.waker.take()
        };
        // Outside the lock: it is the runtime's code.
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// The end that waits.
#[must_use = "a future does nothing unless it is awaited"]
pub(crate) struct Reply<T> {
    slot: Arc<Mutex<Slot<T>>>,
}

impl<T> Future for Reply<T> {
    type Output = Result<T, FleetError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut slot = self.slot.lock();
        if let Some(value) = slot.value.take() {
            return Poll::Ready(value);
        }
        let mine = slot.waker.as_ref().is_some_and(|waker| waker.will_wake(context.waker()));
        if !mine {
            slot.waker = Some(context.waker().clone());
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use super::*;

    #[test]
    fn an_answer_arrives_and_one_that_is_forgotten_says_so() {
        let mut context = Context::from_waker(Waker::noop());
        let (answer, waiting) = reply();
        let mut waiting = pin!(waiting);
        assert!(waiting.as_mut().poll(&mut context).is_pending());
        answer.give(Ok(7));
        assert_eq!(waiting.poll(&mut context), Poll::Ready(Ok(7)));

        let (answer, waiting) = reply::<()>();
        drop(answer);
        assert_eq!(pin!(waiting).poll(&mut context), Poll::Ready(Err(FleetError::Ended)));
    }
}
