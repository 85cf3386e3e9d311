//! How far objects are: `readiness/`, and `volumes/owner.rs`.

use ks_model::language::Phrases;

/// Readiness.
pub const READ: &Phrases = &[
    ("ready", "就绪"),
    ("failed: {why}", "失败：{*why}"),
    ("it does not exist yet", "尚不存在"),
    ("it is being deleted", "正在删除"),
    ("it has no status yet", "尚无状态"),
    ("its controller has not seen the change", "控制器尚未处理此变更"),
    ("its claim: {why}", "其持久卷声明：{*why}"),
    ("its watch ended", "对它的监视已结束"),
    ("{why}, as far as was heard ({error})", "{*why}（据已收到的信息；{error}）"),
    ("nothing was seen of it yet", "尚未观察到它"),
    // Workloads.
    ("{n} of {wanted} pods is created", "{wanted} 个 Pod 中有 {n} 个已创建"),
    ("{n} of {wanted} pods are created", "{wanted} 个 Pod 中有 {n} 个已创建"),
    ("{n} of {wanted} pods is updated", "{wanted} 个 Pod 中有 {n} 个已更新"),
    ("{n} of {wanted} pods are updated", "{wanted} 个 Pod 中有 {n} 个已更新"),
    ("{n} of {wanted} pods is labelled", "{wanted} 个 Pod 中有 {n} 个已打标签"),
    ("{n} of {wanted} pods are labelled", "{wanted} 个 Pod 中有 {n} 个已打标签"),
    ("{n} of {wanted} pods is ready", "{wanted} 个 Pod 中有 {n} 个就绪"),
    ("{n} of {wanted} pods are ready", "{wanted} 个 Pod 中有 {n} 个就绪"),
    ("{n} of {wanted} pods is available", "{wanted} 个 Pod 中有 {n} 个可用"),
    ("{n} of {wanted} pods are available", "{wanted} 个 Pod 中有 {n} 个可用"),
    ("old pods are still there", "旧的 Pod 仍然存在"),
    ("{why}, and it is paused", "{*why}，且已暂停"),
    ("pods beyond the wanted number are still there", "多余的 Pod 仍然存在"),
    ("its pods are not counted yet", "尚未统计其 Pod"),
    ("it is suspended", "已挂起"),
    ("it has not started yet", "尚未开始"),
    ("it is running", "正在运行"),
    ("it is running, and {failed} of its pods failed", "正在运行，已有 {failed} 个 Pod 失败"),
    ("it ended with an error", "以错误结束"),
    ("no message", "没有说明"),
    // Namespaces, claims, services, definitions.
    ("it is {phase}", "处于 {phase} 状态"),
    ("its volume has {has} of {asked} so far", "其持久卷目前为 {has}，期望 {asked}"),
    ("its volume is lost", "其持久卷已丢失"),
    ("it has no address yet", "尚无地址"),
    ("its names are not accepted: {why}", "其名称未被接受：{*why}"),
    ("it is not established yet", "尚未生效（Established）"),
    // Custom resources.
    ("its operator has not seen the change", "其 Operator 尚未处理此变更"),
    ("its operator has made no StatefulSet yet", "其 Operator 尚未创建 StatefulSet"),
    ("it is not reconciled yet", "尚未调谐（Reconciled）"),
    ("its StatefulSet does not exist at the moment", "其 StatefulSet 目前不存在"),
    ("its StatefulSet is being deleted", "其 StatefulSet 正在删除"),
    ("its StatefulSet makes claims as they were wanted before", "其 StatefulSet 仍按旧的模板创建持久卷声明"),
    ("`{expression}` holds", "`{expression}` 成立"),
    ("`{expression}` does not hold yet", "`{expression}` 尚不成立"),
];
