// edition 2018
// `Self` is an exclusive borrow, which the signatures do not show.
trait Halves: Sized {
    type Half;
    fn halves(self) -> [Self::Half; 2];
    fn or(self, other: Self, wanted: bool) -> Self;
    fn rest(self) -> <Self as Halves>::Half;
}

impl<'a> Halves for &'a mut [u8] {
    type Half = &'a mut [u8];

    #[::breaker_runtime::circuit_breaker(failure_if = |_| false, fallback = |_| panic!())]
    fn halves(self) -> [Self::Half; 2] {
        println!("{:?}", self);
        let (left, right) = self.split_at_mut(self.len() / 2);
        [left, right]
    }

    #[::breaker_runtime::circuit_breaker(failure_if = |_| false, fallback = |_| panic!())]
    fn or(self, other: Self, wanted: bool) -> Self {
        if wanted {
            other.split_first_mut().unwrap().1
        } else {
            self.split_first_mut().unwrap().1
        }
    }

    #[::breaker_runtime::circuit_breaker(failure_if = |_| false, fallback = |_| panic!())]
    fn rest(self) -> <Self as Halves>::Half {
        self.split_first_mut().unwrap().1
    }
}

fn main() {
    let mut bytes = [1, 2, 3, 4];
    assert_eq!((&mut bytes[..]).halves(), [[1, 2], [3, 4]]);
    assert_eq!((&mut bytes[..]).or(&mut [5, 6], true), [6]);
    assert_eq!((&mut bytes[..]).or(&mut [5, 6], false), [2, 3, 4]);
    assert_eq!((&mut bytes[..]).rest(), [2, 3, 4]);
}
