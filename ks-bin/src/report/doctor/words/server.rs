//! The server, and what can be told of every check.

use ks_plan::doctor::Symptom;

use super::{Words, counted};

/// The server, and what can be told of everything.
pub(super) fn of_server(symptom: &Symptom) -> Option<Words> {
    Some(match symptom {
        Symptom::NotSeen { because } => Words::found(format!("not looked at: {because}")),
        Symptom::Answers { median_ms, slowest_ms, requests } => {
            let words =
                Words::found(format!("answers in {median_ms} ms (the slowest of {requests} in {slowest_ms} ms)"));
            match median_ms {
                0..500 => words,
                _ => words
                    .means("A plan waits for some ten answers one after the other. It takes longer, and works.")
                    .next("run ks nearer to the cluster, or look at the load of the API server"),
            }
        }
        Symptom::DoesNotAnswer { because } => Words::found(because)
            .means("Without the API server nothing can be planned, applied or looked at.")
            .next("check the address in the kubeconfig, VPN and proxy: `kubectl version` asks the same server")
            .next("another cluster is named with --kubeconfig FILE or --context NAME"),
        Symptom::Version { version, oldest, newest } => {
            let number = format!("{}.{}", version.major, version.minor);
            let words = Words::found(format!("{version}; ks is tried with {oldest} to {newest}"));
            let (minor, of) =
                (version.minor, |it: &String| it.rsplit('.').next().and_then(|it| it.parse::<u32>().ok()));
            if of(oldest).is_some_and(|it| minor < it) || of(newest).is_some_and(|it| minor > it) {
                words
                    .means(format!("ks was never run on {number}. It may work; a plan writes nothing."))
                    .next("look at `ks plan` with care before the first apply")
            } else {
                words
            }
        }
        Symptom::TooOld { version, oldest } => {
            Words::found(format!("{version} is too old: ks needs {oldest} or later"))
                .means("Server-side apply, on which every plan rests, came with that version.")
                .next("upgrade the cluster first")
        }
        Symptom::ServicesAvailable { services: 0 } => Words::found("no aggregated API"),
        Symptom::ServicesAvailable { services } => {
            Words::found(format!("{} available", counted(*services, "aggregated API")))
        }
        Symptom::ServiceDown { name, because, is_needed } => {
            let means = match is_needed {
                true => "Objects of its group are wanted, and cannot be read or written until it is back.",
                false => "While it is down no namespace can be deleted, and discovery of its kinds fails.",
            };
            Words::found(format!("APIService {name} is down: {because}"))
                .means(means)
                .next(format!("kubectl describe apiservice {name}"))
                .next("bring its Service back, or delete the APIService if what served it is gone for good")
        }
        _ => return None,
    })
}
