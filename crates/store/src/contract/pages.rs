//! Ranges that take more than one page.

use bytes::Bytes;
use futures::executor::block_on;

use super::{Engine, close, commit};
use crate::{MAX_PAGE_BYTES, Range, Store, Transaction};

/// Pages of any size, in both directions, join to what the range holds, each key once.
pub fn pages_join_to_the_whole_range<E: Engine>() {
    let place = E::place();
    let store = E::open(&place);
    let keys: Vec<String> = (0..50).map(|n| format!("page/{n:02}")).collect();
    let all = keys
        .iter()
        .fold(Transaction::new(), |all, key| all.put(key.clone(), "x"));
    commit(&*store, all.put("outside", "x")).expect("it is taken");
    for limit in [1, 7, 50, 1_000] {
        let range = Range::prefix("page/").limit(limit);
        assert_eq!(read(&*store, range.clone()), keys);
        let mut backwards = read(&*store, range.reverse());
        backwards.reverse();
        assert_eq!(backwards, keys);
    }
    close(store);
}

/// A page holds a bounded number of bytes, and says that there is more.
pub fn large_values_end_a_page_early<E: Engine>() {
    let place = E::place();
    let store = E::open(&place);
    let value = Bytes::from(vec![7; 1 << 20]);
    for key in ["a", "b", "c", "d", "e", "f"] {
        commit(&*store, Transaction::new().put(key, value.clone())).expect("it is taken");
    }
    let page = block_on(store.range(Range::prefix(""))).expect("a range is answered");
    let bytes: usize = page.entries.iter().map(|entry| entry.value.len()).sum();
    assert!(
        page.more && bytes <= MAX_PAGE_BYTES + value.len(),
        "{bytes}"
    );
    assert_eq!(
        read(&*store, Range::prefix("")),
        ["a", "b", "c", "d", "e", "f"]
    );
    close(store);
}

fn read(store: &dyn Store, range: Range) -> Vec<String> {
    let mut keys = Vec::new();
    let mut rest = Some(range);
    while let Some(range) = rest {
        let page = block_on(store.range(range.clone())).expect("a range is answered");
        keys.extend(
            page.entries
                .iter()
                .map(|e| String::from_utf8_lossy(&e.key).into_owned()),
        );
        rest = range.after(&page);
    }
    keys
}
