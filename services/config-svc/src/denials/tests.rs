//! What stays in the book, over restarts too.

use vortex_kit::clock::Manual;
use vortex_store::{Embedded, Options};

use super::*;

struct Book {
    folder: tempfile::TempDir,
    clock: Manual,
    denials: Option<Denials>,
}

impl Book {
    async fn new() -> Self {
        let mut book = Self {
            folder: tempfile::tempdir().unwrap(),
            clock: Manual::starting_at(Timestamp::from_second(1_000_000).unwrap()),
            denials: None,
        };
        book.open().await;
        book
    }

    async fn open(&mut self) {
        if let Some(denials) = self.denials.take() {
            denials.store.close().await.unwrap();
        }
        let engine = Embedded::open(self.folder.path(), Options::default()).unwrap();
        let store = ConfigStore::new(Arc::new(engine));
        let clock = Arc::new(self.clock.clone());
        self.denials = Some(Denials::open(store, clock).await.unwrap());
    }

    fn denials(&self) -> &Denials {
        self.denials.as_ref().unwrap()
    }

    fn denial(&self, call: &str) -> Denial {
        let now = self.clock.now();
        Denial {
            refused: Refused {
                reason: "denied".to_owned(),
                principal: "key:ci".to_owned(),
                address: Some("127.0.0.1".parse().unwrap()),
                call: call.to_owned(),
                role: "writer".to_owned(),
                scope: "main:orders/prod".to_owned(),
            },
            key_id: "0123456789abcdef".to_owned(),
            count: 1,
            first: now,
            last: now,
        }
    }

    async fn add(&self, call: &str) {
        self.add_all(vec![self.denial(call)]).await;
    }

    async fn add_all(&self, mut denials: Vec<Denial>) {
        self.denials().add(&mut denials).await.unwrap();
        assert_eq!(denials, []);
    }

    /// The calls and their counts, newest first.
    async fn kept(&self) -> Vec<(String, u64)> {
        let mut kept = Vec::new();
        let mut before = u64::MAX;
        loop {
            let page = self.denials().before(before).await.unwrap();
            let Some((last, _)) = page.last() else {
                return kept;
            };
            before = *last;
            kept.extend(
                page.into_iter()
                    .map(|(_, denial)| (denial.refused.call, denial.count)),
            );
        }
    }
}

fn counted(entries: &[(&str, u64)]) -> Vec<(String, u64)> {
    let owned = |(call, count): &(&str, u64)| ((*call).to_owned(), *count);
    entries.iter().map(owned).collect()
}

#[tokio::test]
async fn the_same_refusal_is_one_entry_for_ten_minutes() {
    let mut book = Book::new().await;
    for _ in 0..9 {
        book.add("a").await;
        book.clock.advance(Duration::from_secs(60));
    }
    book.add("b").await;
    assert_eq!(book.kept().await, counted(&[("b", 1), ("a", 9)]));
    book.clock.advance(Duration::from_secs(60));
    book.add("a").await;
    assert_eq!(book.kept().await, counted(&[("a", 1), ("b", 1), ("a", 9)]));
    book.open().await;
    // entries are added to only by the process that made them
    book.add("a").await;
    let all = counted(&[("a", 1), ("a", 1), ("b", 1), ("a", 9)]);
    assert_eq!(book.kept().await, all);
}

#[tokio::test]
async fn who_tries_everything_pushes_out_little() {
    let book = Book::new().await;
    book.add("theirs").await;
    let all = (0..5_000).map(|n| book.denial(&n.to_string()));
    book.add_all(all.collect()).await;
    let kept = book.kept().await;
    assert_eq!(kept.len() as u32, NEW_A_MINUTE + 1);
    assert!(kept.contains(&("theirs".to_owned(), 1)), "{kept:?}");
    assert_eq!(kept.iter().map(|(_, count)| count).sum::<u64>(), 5_001);
    book.clock.advance(Duration::from_secs(61));
    book.add("later").await;
    assert_eq!(book.kept().await[0], ("later".to_owned(), 1));
}

#[tokio::test]
async fn the_oldest_go_first() {
    let mut book = Book::new().await;
    let rounds = MOST / u64::from(NEW_A_MINUTE) + 10;
    for round in 0..rounds {
        let all = (0..NEW_A_MINUTE).map(|n| book.denial(&format!("{round}-{n}")));
        book.add_all(all.collect()).await;
        book.clock.advance(Duration::from_secs(60));
    }
    assert_eq!(book.kept().await.len() as u64, MOST);
    book.open().await;
    book.add("last").await;
    let kept = book.kept().await;
    assert_eq!((kept.len() as u64, &*kept[0].0), (MOST, "last"));
    book.clock.advance(KEPT - Duration::from_secs(3_600));
    book.denials().retain().await.unwrap();
    let left = book.kept().await.len() as u64;
    assert!(left < MOST && left > 0, "{left}");
    book.clock.advance(Duration::from_secs(7_200));
    book.denials().retain().await.unwrap();
    assert_eq!(book.kept().await, []);
    book.add("again").await;
    assert_eq!(book.kept().await, counted(&[("again", 1)]));
}
