//! The sections of a configuration, typed: one file each. Fields that the user left out are `None`; defaults are the
//! business of the catalogue.

mod alerting;
mod common;
mod etcd;
mod images;
mod monitoring;
mod persistence;
mod placement;
mod resources;
mod spec;

pub use alerting::{Alerting, ThanosRuler};
pub use common::{Common, CommonGpu, CommonMonitoring, GpuKind, GpuMonitoring, Notification};
pub use etcd::Etcd;
pub use images::Images;
pub use monitoring::{
    Alertmanager, DcgmExporter, GeneralAlerts, Gpu, Grafana, Monitoring, NodeExporter, NotificationManager, Prometheus,
    PrometheusPersistence,
};
pub use persistence::Persistence;
pub use placement::Placement;
pub use resources::{Amounts, Resources, Sized};
pub use spec::{ServiceMesh, Spec};
