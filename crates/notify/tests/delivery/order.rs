//! Nothing is lost, and the order is kept.

use vortex_store::{Range, Transaction};

use crate::{
    diary::{PREFIX, id, key, write},
    receiver::{Receiver, Reply},
    service::{Home, sink},
};

fn ids(numbers: impl IntoIterator<Item = u32>) -> Vec<String> {
    numbers.into_iter().map(id).collect()
}

#[tokio::test]
async fn nothing_is_lost_over_restarts_while_the_receiver_is_away_or_fails() {
    let (home, receiver) = (Home::new(), Receiver::away().await);
    let sinks = sink("pager", &receiver);
    let service = home.start(&sinks).await;
    write(&service.store, 0..5).await;
    service
        .until(|service| service.counted("pager", "failed") > 2)
        .await;
    service.stop().await;
    // nobody has listened yet
    let service = home.start(&sinks).await;
    write(&service.store, 5..10).await;
    let fails = [500, 503, 429, 502, 408].map(Reply::Status);
    receiver.reply(fails.into_iter().chain([Reply::Status(200)]).chain(fails));
    receiver.reply([Reply::Hang]);
    receiver.listen().await;
    receiver.requests(12).await;
    // in the middle of a request that has no answer
    service.stop().await;
    let service = home.start(&sinks).await;
    write(&service.store, 10..15).await;
    receiver.takes(&id(14)).await;
    service.stop().await;
    assert_eq!(receiver.taken(), ids(0..15));
    // what came more than once was never taken before, or came under the same id
    let mut seen: Vec<_> = receiver.got().iter().map(|got| got.id()).collect();
    seen.dedup();
    assert_eq!(seen, ids(0..15));
}

#[tokio::test]
async fn what_was_taken_is_not_sent_again_after_a_restart() {
    let (home, receiver) = (Home::new(), Receiver::listening().await);
    let sinks = sink("pager", &receiver);
    let mut requests = 0;
    for round in 0..3 {
        let service = home.start(&sinks).await;
        // the last of the round before comes again; that the last of this one comes says that how
        // far the sink had come by then is stored
        let taken = if round == 0 { 2 } else { 3 };
        receiver.reply(vec![Reply::Status(200); taken]);
        receiver.reply([Reply::Hang]);
        write(&service.store, 3 * round..3 * round + 3).await;
        requests += taken + 1;
        receiver.requests(requests).await;
        service.stop().await;
    }
    let taken = receiver.got().into_iter().filter(|got| got.taken);
    let taken: Vec<_> = taken.map(|got| got.id()).collect();
    assert_eq!(taken, ids(0..8));
}

#[tokio::test]
async fn a_new_sink_is_told_of_what_happens_from_its_first_start_on() {
    let (home, receiver) = (Home::new(), Receiver::away().await);
    let service = home.start(&sink("other", &receiver)).await;
    write(&service.store, 0..3).await;
    service.stop().await;
    let sinks = sink("pager", &receiver);
    let service = home.start(&sinks).await;
    write(&service.store, 3..4).await;
    // before it has taken anything at all
    service.stop().await;
    receiver.listen().await;
    let service = home.start(&sinks).await;
    receiver.takes(&id(3)).await;
    service.stop().await;
    assert_eq!(receiver.taken(), ids([3]));
}

#[tokio::test]
async fn a_sink_that_left_the_settings_begins_anew_when_it_comes_back() {
    let (home, receiver) = (Home::new(), Receiver::listening().await);
    let (pager, chat) = (sink("pager", &receiver), sink("chat", &receiver));
    home.start(&pager).await.stop().await;
    let service = home.start(&chat).await;
    write(&service.store, 0..3).await;
    receiver.takes(&id(2)).await;
    service.stop().await;
    let before = receiver.got().len();
    let service = home.start(&pager).await;
    write(&service.store, 3..4).await;
    receiver.takes(&id(3)).await;
    service.stop().await;
    assert_eq!(receiver.got().len(), before + 1);
}

#[tokio::test]
async fn a_receiver_that_is_far_behind_gets_all_in_the_order_of_the_commits() {
    let (mut home, receiver) = (Home::new(), Receiver::away().await);
    // nearly everything is to be looked for in the store
    home.recent = 8;
    let sinks = sink("pager", &receiver);
    let service = home.start(&sinks).await;
    write(&service.store, 0..150).await;
    service.stop().await;
    let service = home.start(&sinks).await;
    receiver.listen().await;
    write(&service.store, 150..300).await;
    receiver.takes(&id(299)).await;
    service.stop().await;
    assert_eq!(receiver.taken(), ids(0..300));
}

#[tokio::test]
async fn entries_of_one_transaction_are_all_told_of() {
    let (home, receiver) = (Home::new(), Receiver::away().await);
    let sinks = sink("pager", &receiver);
    let service = home.start(&sinks).await;
    let both = Transaction::new().put(key(1), "1").put(key(2), "2");
    service.store.commit(both).await.unwrap();
    receiver.reply([Reply::Status(200), Reply::Hang]);
    receiver.listen().await;
    receiver.requests(2).await;
    // between the two
    service.stop().await;
    let service = home.start(&sinks).await;
    receiver.takes(&id(1)).await;
    service.stop().await;
    assert_eq!(receiver.taken(), ids([2, 1]));
}

#[tokio::test]
async fn what_is_deleted_before_a_sink_came_to_it_is_counted_and_the_rest_is_sent() {
    let (home, receiver) = (Home::new(), Receiver::away().await);
    let service = home.start(&sink("pager", &receiver)).await;
    write(&service.store, 0..10).await;
    service
        .until(|service| service.counted("pager", "failed") > 0)
        .await;
    // keys go down: these are 2 to 4
    let range = Range::new(key(4), key(1));
    service.told.let_go(range).await.unwrap();
    let delete = (2..5)
        .map(key)
        .fold(Transaction::new(), Transaction::delete);
    service.store.commit(delete).await.unwrap();
    assert_eq!(service.counted("pager", "lost"), 3);
    service.stop().await;
    let service = home.start(&sink("pager", &receiver)).await;
    receiver.listen().await;
    receiver.takes(&id(9)).await;
    write(&service.store, 10..11).await;
    service
        .until(|service| service.counted("pager", "delivered") == 8)
        .await;
    // what it has had is not lost
    let all = Range::prefix(PREFIX);
    service.told.let_go(all).await.unwrap();
    assert_eq!(service.counted("pager", "lost"), 0);
    service.stop().await;
    assert_eq!(receiver.taken(), ids([0, 1, 5, 6, 7, 8, 9, 10]));
}
