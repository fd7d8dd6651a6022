use std::sync::mpsc;

use super::*;

/// A computation that ends on request, and reports that it began.
fn held() -> (
    impl FnOnce(&Waiting) + Send + 'static,
    mpsc::Receiver<()>,
    mpsc::Sender<()>,
) {
    let (begin, begun) = mpsc::channel();
    let (end, ended) = mpsc::channel();
    let work = move |_: &Waiting| {
        let _ = begin.send(());
        let _ = ended.recv();
    };
    (work, begun, end)
}

/// A computation that goes on until nobody waits, and says that it ended.
fn endless() -> (impl FnOnce(&Waiting) + Send + 'static, mpsc::Receiver<()>) {
    let (end, ended) = mpsc::channel();
    let work = move |waiting: &Waiting| {
        while !waiting.gave_up() {
            std::thread::yield_now();
        }
        let _ = end.send(());
    };
    (work, ended)
}

#[tokio::test]
async fn what_is_too_much_is_refused_at_once_and_what_waits_is_done() {
    let compute = Compute::with(1, 1);
    let (work, begun, end) = held();
    let first = tokio::spawn({
        let compute = compute.clone();
        async move { compute.run(work).await }
    });
    tokio::task::spawn_blocking(move || begun.recv())
        .await
        .unwrap()
        .unwrap();
    let mut second = Box::pin(compute.run(|_| 2));
    assert!(futures::poll!(&mut second).is_pending());
    assert_eq!(compute.run(|_| 3).await, Err(Refused::Full));
    let fault = Fault::from(Refused::Full);
    assert_eq!(fault.reason(), Reason::Overloaded);
    assert!(fault.retry_delay().is_some());
    end.send(()).unwrap();
    assert_eq!(first.await.unwrap(), Ok(()));
    assert_eq!(second.await, Ok(2));
    assert_eq!(compute.run(|_| 4).await, Ok(4));
}

#[tokio::test]
async fn who_waits_patiently_is_not_refused() {
    let compute = Compute::with(1, 0);
    let (work, begun, end) = held();
    let mut first = Box::pin(compute.run(work));
    assert!(futures::poll!(&mut first).is_pending());
    tokio::task::spawn_blocking(move || begun.recv())
        .await
        .unwrap()
        .unwrap();
    let patience = compute.patient();
    let mut patient = Box::pin(patience.run(|_| 2));
    assert!(futures::poll!(&mut patient).is_pending());
    end.send(()).unwrap();
    assert_eq!(first.await, Ok(()));
    assert_eq!(patient.await, Ok(2));
}

#[tokio::test]
async fn a_computation_ends_when_its_caller_goes_away() {
    let compute = Compute::with(1, 0);
    let (work, ended) = endless();
    let mut caller = Box::pin(compute.run(work));
    assert!(futures::poll!(&mut caller).is_pending());
    drop(caller);
    tokio::task::spawn_blocking(move || ended.recv())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(compute.patient().run(|_| 2).await, Ok(2));
}

#[tokio::test]
async fn a_computation_ends_at_the_deadline() {
    let compute = Compute::with(1, 0);
    let (work, ended) = endless();
    let context = Context::root().within(Duration::from_millis(20));
    assert_eq!(
        context.scope(compute.run(work)).await,
        Err(Refused::TooLate)
    );
    tokio::task::spawn_blocking(move || ended.recv())
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn nobody_waits_for_a_place_beyond_the_deadline() {
    let compute = Compute::with(1, 1);
    let (work, begun, end) = held();
    let mut first = Box::pin(compute.run(work));
    assert!(futures::poll!(&mut first).is_pending());
    tokio::task::spawn_blocking(move || begun.recv())
        .await
        .unwrap()
        .unwrap();
    let context = Context::root().within(Duration::from_millis(20));
    assert_eq!(
        context.scope(compute.run(|_| 2)).await,
        Err(Refused::TooLate)
    );
    end.send(()).unwrap();
    assert_eq!(first.await, Ok(()));
}

#[tokio::test]
async fn a_panic_is_its_callers_and_gives_the_place_back() {
    let compute = Compute::with(1, 0);
    let panics = tokio::spawn({
        let compute = compute.clone();
        async move { compute.run(|_| panic!("broken")).await }
    });
    assert!(panics.await.unwrap_err().is_panic());
    assert_eq!(compute.patient().run(|_| 2).await, Ok(2));
}

#[tokio::test]
async fn what_is_small_is_done_here() {
    let compute = Compute::with(1, 0);
    let here = std::thread::current().id();
    let thread = |_: &Waiting| std::thread::current().id();
    assert_eq!(compute.run_if_large(false, thread).await, Ok(here));
    assert_ne!(compute.run_if_large(true, thread).await, Ok(here));
}
