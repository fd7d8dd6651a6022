//! Known values of the test, and what holds of all counts.

use proptest::prelude::*;

use super::*;

fn instances(instances: u64, failed: u64) -> Instances {
    Instances {
        instances,
        failed,
        ..Instances::default()
    }
}

fn judged(canary: Instances, stable: Instances) -> InstancesEvidence {
    InstancesEvidence::judge(Some(Arms { canary, stable }), true)
}

/// As R's `fisher.test(…, alternative = "greater")` and exact fractions say.
#[test]
fn fishers_test_has_its_known_values() {
    let cases = [
        // the lady tasting tea
        ((4, 3), (4, 1), 17.0 / 70.0),
        ((2, 2), (8, 0), 1.0 / 45.0),
        ((10, 3), (90, 0), 120.0 / 161_700.0),
        ((8, 5), (10, 2), 0.088_235_294_117_647_05),
        ((50, 4), (450, 5), 0.007_681_330_694_625_616),
        ((1, 1), (4, 0), 0.2),
        ((10, 0), (10, 5), 1.0),
    ];
    for ((all, bad), (of_stable, bad_of_stable), known) in cases {
        let evidence = judged(instances(all, bad), instances(of_stable, bad_of_stable));
        let p = evidence.p.unwrap();
        assert!((p - known).abs() < 1e-12, "{p} {known}");
    }
}

#[test]
fn a_canary_whose_only_instance_crashes_fails_beside_a_small_fleet() {
    let crashed = Instances {
        instances: 1,
        restarting: 1,
        ..Instances::default()
    };
    let evidence = judged(crashed, instances(4, 0));
    assert_eq!(evidence.finding, InstancesFinding::AllBad);
    assert_eq!(evidence.finding.verdict(), Verdict::Fail);
    let alone = InstancesEvidence::judge(
        Some(Arms {
            canary: crashed,
            stable: Instances::default(),
        }),
        false,
    );
    assert_eq!((alone.finding, alone.p), (InstancesFinding::AllBad, None));
}

#[test]
fn an_instance_that_is_counted_in_each_way_is_one() {
    let once = Instances {
        instances: 10,
        failed: 1,
        silent: 1,
        restarting: 1,
    };
    assert_eq!((once.least_bad(), once.most_bad()), (1, 3));
    let p = judged(once, instances(90, 0)).p.unwrap();
    assert!((p - 0.1).abs() < 1e-12, "{p}");
}

#[test]
fn a_network_that_is_cut_is_not_the_canarys_fault() {
    let evidence = judged(instances(2, 2), instances(4, 4));
    assert_eq!(evidence.finding, InstancesFinding::SharedOutage);
    assert_eq!(evidence.finding.verdict(), Verdict::Inconclusive);
}

#[test]
fn where_all_are_silent_and_there_is_nobody_to_compare_them_with_it_may_be_the_network() {
    let silent = |failed| Instances {
        instances: 4,
        failed,
        silent: 4,
        restarting: 0,
    };
    let alone = |canary, has_stable| {
        let arms = Arms {
            canary,
            stable: Instances::default(),
        };
        InstancesEvidence::judge(Some(arms), has_stable).finding
    };
    for has_stable in [false, true] {
        assert_eq!(alone(silent(3), has_stable), InstancesFinding::SharedOutage);
        assert_eq!(alone(silent(4), has_stable), InstancesFinding::AllBad);
    }
    // beside a stable arm that is heard it is the canary
    let evidence = judged(silent(0), instances(4, 0));
    assert_eq!(evidence.finding, InstancesFinding::AllBad);
}

#[test]
fn findings_are_told_with_their_values() {
    let app = Application::new("orders");
    let told = |evidence: InstancesEvidence| {
        struct Told<'a>(InstancesEvidence, &'a Application);
        impl fmt::Display for Told<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.tell(self.1, f)
            }
        }
        Told(evidence, &app).to_string()
    };
    assert_eq!(
        told(judged(instances(10, 3), instances(90, 0))),
        "instances: 3 of 10 of the canary in orders fare badly (3 refused it, 0 fell silent, 0 \
         restart again and again), 0.0 % of 90 in stable (p < 0.001)"
    );
    assert_eq!(
        told(judged(instances(10, 0), instances(90, 1))),
        "instances: 0 of 10 of the canary in orders fare badly, 1.1 % of 90 in stable"
    );
    assert_eq!(
        told(InstancesEvidence::judge(None, true)),
        "instances: drift-svc has not said how those of orders fare"
    );
    assert_eq!(
        told(judged(instances(0, 0), instances(9, 0))),
        "instances: none of orders is known to have taken the canary"
    );
}

fn any_instances() -> impl Strategy<Value = Instances> {
    let small = 0_u64..60;
    let (failed, silent) = (small.clone(), small.clone());
    (0_u64..200, failed, silent, small).prop_map(|(instances, failed, silent, restarting)| {
        Instances {
            instances,
            failed: failed.min(instances),
            silent: silent.min(instances),
            restarting: restarting.min(instances),
        }
    })
}

proptest! {
    /// Replacing pods of a healthy canary changes how many there are, and fails nothing.
    #[test]
    fn a_healthy_canary_never_fails(all in 0_u64..1_000, stable in any_instances()) {
        let evidence = judged(instances(all, 0), stable);
        let expected = match all {
            0 => Verdict::NoData,
            _ => Verdict::Pass,
        };
        prop_assert_eq!(evidence.finding.verdict(), expected);
    }

    #[test]
    fn what_fails_fails_with_one_more(canary in any_instances(), stable in any_instances()) {
        let more = Instances {
            failed: (canary.failed + 1).min(canary.instances),
            ..canary
        };
        let fails = |canary| judged(canary, stable).finding.verdict() == Verdict::Fail;
        prop_assert!(!fails(canary) || fails(more));
    }

    #[test]
    fn all_of_an_arm_alone_fail(all in 1_u64..100, has_stable in any::<bool>()) {
        let arms = Arms { canary: instances(all, all), stable: Instances::default() };
        let evidence = InstancesEvidence::judge(Some(arms), has_stable);
        prop_assert_eq!(evidence.finding, InstancesFinding::AllBad);
    }

    #[test]
    fn counts_of_any_size_are_judged(counts in any::<[u64; 8]>()) {
        let [a, b, c, d, e, f, g, h] = counts;
        let arm = |instances, failed, silent, restarting| Instances {
            instances,
            failed,
            silent,
            restarting,
        };
        let evidence = judged(arm(a, b, c, d), arm(e, f, g, h));
        prop_assert!(evidence.p.is_none_or(|p| (0.0..=1.0 + 1e-9).contains(&p)));
    }
}
