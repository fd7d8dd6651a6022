//! Alerts: listed, acknowledged, silenced.

use serde_json::{Value, json};

use crate::{
    command::run,
    gateway::{Gateway, Reply},
};

fn alert() -> Value {
    json!({"id": "a1", "app": "orders", "profile": "prod", "label": "v2", "cause": "drift",
        "state": "firing", "expected_version": "v2", "worst": 60, "instances": 52, "total": 1000,
        "started_at": "2026-01-02T03:04:05.678Z", "resolved_at": null, "acknowledged_by": "ada",
        "acknowledged_at": "2026-01-02T03:05:05Z", "comment": "a deploy", "newer": true})
}

#[test]
fn alerts_are_listed() {
    let gateway =
        Gateway::always(|| Reply::json(200, &json!({"alerts": [alert()], "next_page_token": ""})));
    assert_eq!(
        run(&gateway, "drift alerts --firing --app orders").done(),
        "ID  STATE   CAUSE  INSTANCES  FLEET              STARTED               RESOLVED  SEEN BY  COMMENT\n\
         a1  firing  drift  52/1000    orders/prod on v2  2026-01-02T03:04:05Z  -         ada      a deploy\n"
    );
    assert_eq!(
        gateway.lines(),
        ["GET /api/drift/alerts?app=orders&firing=true&page_size=1000"]
    );
}

#[test]
fn an_alert_is_acknowledged() {
    let gateway = Gateway::always(|| Reply::json(200, &alert()));
    assert_eq!(
        run(&gateway, "drift ack a1 --comment seen --author ada").done(),
        "a1 is acknowledged by ada and firing; next: `vortex drift status orders prod --label v2`\n"
    );
    let asked = gateway.asked_once();
    assert_eq!(asked.line, "POST /api/drift/alerts/a1/ack");
    assert_eq!(asked.json(), json!({"comment": "seen", "author": "ada"}));
    run(&gateway, "drift ack a1").done();
    assert_eq!(gateway.asked()[1].json(), json!({}));
    let missing = Gateway::always(|| Reply::problem(404, "ALERT_NOT_FOUND", "no a1"));
    let told = run(&missing, "drift ack a1").failed(3);
    assert!(told.contains("hint: `vortex drift alerts`"), "{told}");
}

#[test]
fn a_fleet_is_silenced_and_that_is_ended() {
    let silence = json!({"silence": {"app": "orders", "profile": "prod", "label": "main",
        "until": "2026-01-02T05:04:05.678Z", "author": "ada", "reason": "move"}});
    let gateway = Gateway::start(move |_, before| match before {
        0 => Reply::json(200, &silence),
        _ => Reply::json(200, &json!({ "silence": null })),
    });
    assert_eq!(
        run(
            &gateway,
            "drift silence orders prod --for 2h --reason move --author ada"
        )
        .done(),
        "alerts of orders/prod on main are not sent until 2026-01-02T05:04:05Z; next: `vortex drift \
         silence orders prod --end` ends that\n"
    );
    assert_eq!(
        run(&gateway, "drift silence orders prod --end --label main").done(),
        "alerts of orders/prod on main are sent\n"
    );
    let asked = gateway.asked();
    assert_eq!(asked[0].line, "POST /api/drift/orders/prod/silence");
    assert_eq!(
        asked[0].json(),
        json!({"duration": "2h", "reason": "move", "author": "ada"})
    );
    assert_eq!(
        asked[1].line,
        "POST /api/drift/orders/prod/silence?label=main"
    );
    assert_eq!(asked[1].json(), json!({"duration": "0s"}));
}

#[test]
fn a_silence_needs_a_time_and_a_reason() {
    let gateway = Gateway::always(|| Reply::json(500, &json!({})));
    for arguments in [
        "drift silence orders prod",
        "drift silence orders prod --for 2h",
        "drift silence orders prod --reason move",
        "drift silence orders prod --for 0s --reason move",
        "drift silence orders prod --for 2h --reason move --end",
    ] {
        run(&gateway, arguments).failed(2);
    }
    assert!(gateway.asked().is_empty());
}
