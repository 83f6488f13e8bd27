use super::*;

const POLL: u64 = 10_000;

fn change(node: &str, what: What) -> Change {
    Change { name: "a".into(), node: node.into(), quorum: 2, live_for: POLL, nonce: "n".into(), what }
}

fn settled(now: u64, live: u64) -> Surroundings {
    Surroundings::new(now, now - POLL, live)
}

fn opened() -> Row {
    let mut row = Row::default();
    for node in ["x", "y"] {
        change(node, What::Vote { left: 1_000 }).apply(&mut row, settled(100_000, 5));
    }
    assert!(row.open);
    row
}

fn leased(holder: &str) -> Row {
    let mut row = opened();
    assert!(change(holder, What::Ask { lease: 6_000 }).apply(&mut row, settled(101_000, 5)).granted);
    row
}

#[test]
fn a_quorum_opens_and_one_node_does_not() {
    let mut row = Row::default();
    let at = settled(100_000, 5);
    assert_eq!(change("x", What::Vote { left: 1_000 }).apply(&mut row, at), Effect::KEPT);
    assert_eq!(change("x", What::Vote { left: 2_000 }).apply(&mut row, at), Effect::KEPT, "its own vote again");
    assert_eq!((row.open, row.epoch, row.votes.len()), (false, 0, 1));
    assert_eq!(change("y", What::Vote { left: 500 }).apply(&mut row, at), Effect::PUBLISHED);
    assert_eq!((row.open, row.epoch, row.openings, row.since), (true, 1, 1, 100_000));
    assert_eq!(row.until, 100_500, "as long as both agree");
}

#[test]
fn a_vote_ends_with_its_opening() {
    let mut row = Row::default();
    change("x", What::Vote { left: 1_000 }).apply(&mut row, settled(100_000, 5));
    assert_eq!(change("y", What::Vote { left: 1_000 }).apply(&mut row, settled(101_000, 5)), Effect::KEPT);
    assert_eq!(row.votes, [("y".to_owned(), 102_000)]);
}

#[test]
fn of_fewer_nodes_than_the_quorum_all_are_needed() {
    let vote = change("x", What::Vote { left: 1_000 });
    for (live, opens) in [(0, true), (1, true), (2, false), (3, false)] {
        let mut row = Row::default();
        vote.apply(&mut row, settled(100_000, live));
        assert_eq!(row.open, opens, "{live} live");
    }
}

#[test]
fn a_namespace_that_has_just_begun_holds_to_the_whole_quorum() {
    let mut row = Row::default();
    change("x", What::Vote { left: 1_000 }).apply(&mut row, Surroundings::new(100_000, 100_000 - POLL + 1, 1));
    assert!(!row.open);
}

#[test]
fn the_lease_is_for_one_and_only_when_the_wait_is_over() {
    let mut row = opened();
    let ask = |node: &str, row: &mut Row, now| change(node, What::Ask { lease: 6_000 }).apply(row, settled(now, 5));
    assert_eq!(ask("x", &mut row, 100_999), Effect::STALE, "the wait is not over");
    assert_eq!(ask("x", &mut row, 101_000), Effect::PUBLISHED);
    let epoch = row.epoch;
    assert!(!ask("y", &mut row, 101_001).granted);
    assert!(row.lease.as_ref().unwrap().wanted);
    assert_eq!(row.epoch, epoch);
    assert!(ask("y", &mut row, 107_000).granted, "the holder died");
    assert_eq!((row.epoch, row.lease.as_ref().unwrap().holder.as_str()), (epoch + 1, "y"));
}

#[test]
fn a_closed_fleet_grants_and_nothing_changes() {
    let mut row = Row::default();
    let effect = change("x", What::Ask { lease: 6_000 }).apply(&mut row, settled(100_000, 5));
    assert_eq!((effect, row), (Effect { granted: true, ..Effect::STALE }, Row::default()));
}

#[test]
fn who_lost_the_lease_is_fenced_off() {
    let mut row = leased("x");
    let (old, at) = (row.epoch, settled(107_001, 5));
    change("y", What::Ask { lease: 6_000 }).apply(&mut row, at);
    let before = row.clone();
    for what in [
        What::Renew { epoch: old, lease: 6_000 },
        What::Closed { epoch: old },
        What::Failed { epoch: old, wait: 1 },
        What::Yield { epoch: old },
        What::Closed { epoch: row.epoch }, // the right epoch, and not the holder
    ] {
        assert_eq!(change("x", what).apply(&mut row, at), Effect::STALE);
    }
    assert_eq!(row, before);
}

#[test]
fn an_episode_ends_closed_failed_or_yielded() {
    let at = settled(102_000, 5);
    let end = |what: fn(u64) -> What| {
        let mut row = leased("x");
        let epoch = row.epoch;
        assert_eq!(change("x", what(epoch)).apply(&mut row, at), Effect::PUBLISHED);
        assert_eq!((row.epoch, row.lease.clone(), row.since), (epoch + 1, None, 102_000));
        row
    };
    let closed = end(|epoch| What::Closed { epoch });
    assert_eq!((closed.open, closed.openings, closed.votes.len()), (false, 0, 0));
    let failed = end(|epoch| What::Failed { epoch, wait: 2_000 });
    assert_eq!((failed.open, failed.openings, failed.until), (true, 2, 104_000));
    let yielded = end(|epoch| What::Yield { epoch });
    assert_eq!((yielded.open, yielded.openings, yielded.until), (true, 1, 101_000), "it does not count");
}

#[test]
fn an_override_stands_apart_and_leaves_a_tombstone() {
    let mut row = opened();
    let set =
        What::Override { mode: Mode::ForcedOpen, by: "ann".into(), because: "INC-4711".into(), lasting: Some(5_000) };
    change("x", set).apply(&mut row, settled(101_000, 5));
    assert_eq!((row.epoch, row.over.epoch, row.open), (1, 1, true));
    assert_eq!([105_999, 106_000].map(|now| row.over.mode_at(now)), [Some(Mode::ForcedOpen), None]);
    change("x", What::Reset { by: "bob".into() }).apply(&mut row, settled(102_000, 5));
    assert_eq!((row.over.epoch, row.over.mode, row.over.by.as_str()), (2, None, "bob"));
    assert!(!row.open, "a reset closes the circuit too");
}

#[test]
fn what_is_newer_is_restored_each_part_by_its_own_epoch() {
    let mut known = opened();
    known.over = Override { epoch: 1, mode: Some(Mode::Disabled), until: Some(101_000), ..Override::default() };
    let restore = |row: Row| change("z", What::Restore { row, as_of: 100_500 });
    let mut empty = Row::default();
    let at = settled(20_000_000, 5);
    assert_eq!(restore(known.clone()).apply(&mut empty, at), Effect::PUBLISHED);
    assert_eq!((empty.epoch, empty.until, empty.over.until), (1, 20_000_500, Some(20_000_500)), "by its own clock");

    let mut newer = opened();
    newer.epoch = 9;
    newer.over.epoch = 2;
    let before = newer.clone();
    assert_eq!(restore(known).apply(&mut newer, at), Effect { granted: true, ..Effect::STALE });
    assert_eq!(newer, before);
}

#[test]
fn numbers_do_not_run_over() {
    let mut row = opened();
    row.epoch = MAX_NUMBER;
    row.openings = MAX_NUMBER;
    row.lease = Some(Lease { holder: "x".into(), until: MAX_NUMBER, wanted: false });
    let at = Surroundings::new(MAX_NUMBER, 0, u64::MAX);
    change("x", What::Failed { epoch: MAX_NUMBER, wait: u64::MAX }).apply(&mut row, at);
    assert_eq!(row.to_string().parse::<Row>().unwrap(), row);
}
