//! Where volumes come from.

use ks_plan::doctor::Symptom;

use super::{Words, objects};

/// Where volumes come from.
pub(super) fn of_storage(symptom: &Symptom) -> Option<Words> {
    let there = |classes: &[String]| match classes {
        [] => "The cluster has no storage class.".to_owned(),
        some => format!("There are {}.", some.join(", ")),
    };
    Some(match symptom {
        Symptom::NoVolumes => Words::found("no volume is wanted"),
        Symptom::ClassesFit { classes } => {
            Words::found(format!("volumes come from {}, and can grow", classes.join(", ")))
        }
        Symptom::NoDefaultClass { owners, classes } => {
            Words::found(format!("no default class for the volumes of {}", objects(owners)))
                .means(format!("Claims wait for a volume for ever, and pods with them. {}", there(classes)))
                .next("name one: monitoring.storageClass, or persistence.storageClass for the whole platform")
                .next(
                    "or make one the default, by its annotation storageclass.kubernetes.io/is-default-class: \"true\"",
                )
        }
        Symptom::SeveralDefaultClasses { classes } => {
            Words::found(format!("several classes are the default: {}", classes.join(", ")))
                .means("Kubernetes takes the one that was made last, which may not be the one you mean.")
                .next("name one in monitoring.storageClass, or leave the annotation at one of them only")
        }
        Symptom::ClassMissing { class, owners, classes } => {
            Words::found(format!("class {class}, for the volumes of {}, does not exist", objects(owners)))
                .means(format!("Claims wait for a volume for ever, and pods with them. {}", there(classes)))
                .next("name another one in monitoring.storageClass or persistence.storageClass, or make this one")
        }
        Symptom::ClassCannotGrow { class, owners } => {
            Words::found(format!("volumes of class {class} cannot grow: {}", objects(owners)))
                .means("A larger volume later means a new one, without the data of the old.")
                .next("choose the sizes for the time to come, or a class with allowVolumeExpansion: true")
        }
        _ => return None,
    })
}
