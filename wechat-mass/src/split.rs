//! An OpenID list cut into calls of 2 to 10,000.

use std::ops::Range;

use wechat_types::mass::Recipients;

/// The ranges of a list of `count` OpenIDs that go into one call each.
///
/// Calls are as full as the platform allows, and never is one left over: 20,001 becomes
/// 10,000 + 9,999 + 2. Nothing for fewer than 2, which no call can reach.
pub fn split(count: usize) -> Vec<Range<usize>> {
    let mut ranges = Vec::with_capacity(count.div_ceil(Recipients::MAX));
    let mut start = 0;
    while count - start >= Recipients::MIN {
        let rest = count - start;
        let size = if rest == Recipients::MAX + 1 { Recipients::MAX - 1 } else { rest };
        let end = start + size.min(Recipients::MAX);
        ranges.push(start..end);
        start = end;
    }
    ranges
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sizes(count: usize) -> Vec<usize> {
        split(count).into_iter().map(|range| range.len()).collect()
    }

    #[test]
    fn never_a_rest_of_one() {
        assert_eq!(sizes(2), [2]);
        assert_eq!(sizes(10_000), [10_000]);
        assert_eq!(sizes(10_001), [9_999, 2]);
        assert_eq!(sizes(10_002), [10_000, 2]);
        assert_eq!(sizes(20_001), [10_000, 9_999, 2]);
        assert_eq!(sizes(25_003), [10_000, 10_000, 5_003]);
        assert!(sizes(0).is_empty());
        assert!(sizes(1).is_empty());
    }

    proptest! {
        #[test]
        fn every_recipient_is_in_exactly_one_call(count in 2_usize..100_000) {
            let ranges = split(count);
            let mut next = 0;
            for range in &ranges {
                prop_assert_eq!(range.start, next);
                prop_assert!((Recipients::MIN..=Recipients::MAX).contains(&range.len()));
                next = range.end;
            }
            prop_assert_eq!(next, count);
            prop_assert_eq!(ranges.len(), count.div_ceil(Recipients::MAX));
        }
    }
}
