//! What is wrong with pods, and what to do about it: `diagnosis/`.

use ks_model::language::Phrases;

/// Faults and advice. Reasons and messages of Kubernetes stay as they are.
pub const READ: &Phrases = &[
    ("exit code {code}", "退出码 {code}"),
    ("{reason}, exit code {code}", "{reason}，退出码 {code}"),
    ("no volume is bound to it", "没有绑定持久卷"),
    // What to do.
    ("correct the name of the image, or how it may be pulled", "请更正镜像名称，或其拉取策略"),
    (
        "make the Secret or the ConfigMap that the container names, or the key in it",
        "请创建该容器引用的 Secret 或 ConfigMap，或其中缺少的键",
    ),
    (
        "check the name of the image, and that the nodes reach its registry and may pull from it",
        "请检查镜像名称，并确认各节点能够访问该镜像仓库且有权拉取",
    ),
    ("read more of the log: {command}", "查看更多日志：{command}"),
    ("check the storage class of the claim and what provides its volumes", "请检查持久卷声明的存储类及其存储提供者"),
    (
        "make room on the nodes, or change what the pod asks for: requests, node selector, tolerations",
        "请为节点腾出资源，或调整 Pod 的要求：资源请求、节点选择器、容忍度",
    ),
    ("check quotas and admission webhooks of the namespace", "请检查命名空间的配额与准入 Webhook"),
    ("look closer: {command}", "进一步查看：{command}"),
];
