//! How many calls had to wait for each other: the cost of a run on a slow network, independently of the machine.

use std::fmt;

use super::call::{Call, Kind};

/// The longest chain of calls in which each began only after the previous one had been answered.
///
/// Repeated looks at whether something is ready count once: an equal read takes the place of the previous one, if no
/// call that it could have waited for was answered since.
pub(crate) struct Chain(Vec<Call>);

impl Chain {
    pub(crate) fn depth(&self) -> usize {
        self.0.len()
    }
}

/// A failed assertion prints which call waited for which.
impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} calls deep:", self.depth())?;
        let Some(first) = self.0.first() else { return Ok(()) };
        for call in &self.0 {
            let since = |at: std::time::Instant| at.duration_since(first.began).as_millis();
            let ended = call.ended.map_or("…".to_owned(), |ended| since(ended).to_string());
            writeln!(f, "  {:>5} to {ended:>5} ms  {call:?} {}", since(call.began), call.target)?;
        }
        Ok(())
    }
}

/// The longest chain among `calls`, which are in order of arrival. On a machine that is too busy to send parallel calls
/// at once, the result is too high, and never too low.
pub(crate) fn chain(calls: &[Call]) -> Chain {
    // In order of arrival, so that every call that this one may have waited for already has its chain.
    let mut links: Vec<Link> = Vec::with_capacity(calls.len());
    for (index, call) in calls.iter().enumerate() {
        let ended = |other: &usize| calls[*other].ended.is_some_and(|ended| ended <= call.began);
        let deepest = (0..index).filter(ended).max_by_key(|other| links[*other].depth);
        let depth = deepest.map_or(0, |other| links[other].depth);
        let repeated = |other: &usize| {
            let before = &calls[*other];
            let same = before.name() == call.name() && before.question == call.question;
            same && call.kind == Kind::Read && links[*other].depth == depth
        };
        let link = match (0..index).filter(ended).find(repeated) {
            Some(before) => Link { ..links[before] },
            None => Link { depth: depth + 1, after: deepest },
        };
        links.push(link);
    }
    let mut chain = Vec::new();
    let mut next = (0..calls.len()).max_by_key(|index| links[*index].depth);
    while let Some(index) = next {
        chain.push(calls[index].clone());
        next = links[index].after;
    }
    chain.reverse();
    Chain(chain)
}

struct Link {
    depth: usize,
    after: Option<usize>,
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn calls(calls: &[(&str, u64, u64)]) -> Vec<Call> {
        let start = Instant::now();
        let call = |(operation, from, to): &(&str, u64, u64)| Call {
            service: "lambda".to_owned(),
            operation: (*operation).to_owned(),
            kind: Kind::of("lambda", operation),
            target: "/".to_owned(),
            subject: String::new(),
            question: 0,
            upstream: Some(200),
            status: Some(200),
            began: start + Duration::from_millis(*from),
            ended: Some(start + Duration::from_millis(*to)),
        };
        calls.iter().map(call).collect()
    }

    fn names(chain: &Chain) -> Vec<String> {
        chain.0.iter().map(|call| call.operation.clone()).collect()
    }

    #[test]
    fn the_depth_counts_only_calls_that_waited_for_each_other() {
        assert_eq!(chain(&[]).depth(), 0);
        assert_eq!(chain(&calls(&[("GetA", 0, 10), ("GetB", 1, 30), ("GetC", 2, 10)])).depth(), 1);
        let three = chain(&calls(&[("GetA", 0, 10), ("GetB", 1, 30), ("GetC", 12, 20), ("GetD", 25, 40)]));
        assert_eq!(names(&three), ["GetA", "GetC", "GetD"]);
    }

    #[test]
    fn polls_of_one_state_count_once() {
        let waiting =
            [("Update", 0, 10), ("GetOne", 10, 20), ("GetTwo", 10, 20), ("GetTwo", 30, 40), ("GetOne", 31, 41)];
        assert_eq!(chain(&calls(&waiting)).depth(), 2);
        let then = [&waiting[..], &[("Publish", 50, 60), ("GetOne", 70, 80)]].concat();
        assert_eq!(names(&chain(&calls(&then))), ["Update", "GetOne", "Publish", "GetOne"]);
        assert_eq!(chain(&calls(&[("Create", 0, 10), ("Create", 10, 20)])).depth(), 2, "a write is never a look");
        let mut pages = calls(&[("ListA", 0, 10), ("ListA", 10, 20)]);
        pages[1].question = 1;
        assert_eq!(chain(&pages).depth(), 2, "another question is no look again");
    }

    #[test]
    fn a_chain_prints_the_order_of_its_calls() {
        let printed = format!("{:?}", chain(&calls(&[("Create", 0, 10), ("GetOne", 15, 20)])));
        assert_eq!(
            printed,
            "2 calls deep:\n      0 to    10 ms  lambda Create 200 /\n     15 to    20 ms  lambda GetOne 200 /\n"
        );
    }
}
