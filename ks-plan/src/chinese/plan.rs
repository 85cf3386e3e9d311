//! Plans as text and as Markdown: `display/`.

use ks_model::language::Phrases;

/// What a plan says beside its objects and their reasons.
pub const SAID: &Phrases = &[
    // What is known of the cluster.
    ("The cluster", "集群"),
    ("1 node", "1 个节点"),
    ("{count} nodes", "{count} 个节点"),
    ("{version}, {nodes}", "{version}，{nodes}"),
    (", cluster {uid}", "，集群 UID {uid}"),
    ("{place}: {version}, {nodes}{uid}.", "{place}：{version}，{nodes}{uid}。"),
    ("keeps", "保留"),
    ("as in {object}", "（取自 {object}）"),
    ("{component} keeps {setting} {value} as in {object}", "{component} 保留 {setting} {value}（取自 {object}）"),
    ("off", "未启用"),
    ("{component} {off}, {reason}{place}", "{component} {off}：{reason}{place}"),
    // Groups and counts.
    ("{count} to create", "新建 {count} 个"),
    ("{count} to change", "变更 {count} 个"),
    ("{count} to replace", "重建 {count} 个"),
    ("{count} to delete", "删除 {count} 个"),
    ("{count} unchanged", "未变 {count} 个"),
    (", ", "，"),
    (" and ", "、"),
    ("because {why}", "原因：{why}"),
    (", because {why}", "，原因：{why}"),
    // Risks and doubts.
    ("{risk}: {meaning}", "{risk}：{meaning}"),
    ("nothing restarts, nothing is lost", "不会重启，也不会丢失数据"),
    ("pods restart or go away", "Pod 会重启或被移除"),
    ("its data goes away", "其中的数据会丢失"),
    ("checked against its schema only", "仅按 schema 校验"),
    ("not checked by the server", "未经服务器校验"),
    (
        "{unasked} of {all} objects could not be checked by the server: \
         this plan makes their namespace or kind, or no server was asked.",
        "{all} 个对象中有 {unasked} 个未能由服务器校验：其命名空间或类型由本计划创建，或者没有向服务器查询。",
    ),
    // Fields.
    ("absent", "（无）"),
    ("{field} cannot be changed in place", "{field} 不能原地修改"),
    ("takes {field} from {owner}", "从 {owner} 接管 {field}"),
    ("{field} belongs to {owner}", "{field} 归 {owner} 管理"),
    ("{field} of {object}: {why}", "{object} 的 {field}：{why}"),
    (
        "{field} of {object}, wanted {wanted}, is {live}, belongs to {owners}",
        "{object} 的 {field}：期望值 {wanted}，当前值 {live}，归 {owners} 管理",
    ),
    (
        "{object}: {field}, wanted {wanted}, is {live}, belongs to {owners}",
        "{object}：{field}，期望值 {wanted}，当前值 {live}，归 {owners} 管理",
    ),
    ("{object}: {why}", "{object}：{why}"),
    // Lists.
    ("Not ready yet", "尚未就绪"),
    ("Not there, so nothing is written into it", "对象不存在，因此不写入"),
    ("Kept as others have it", "保留其他字段管理器的值"),
    ("No longer kept", "不再保留"),
    ("Refused", "被拒绝"),
    // The end.
    ("Nothing to change.", "无需变更。"),
    (" Not ready yet: {unready}.", "尚未就绪：{unready} 个。"),
    ("Plan:", "计划："),
    ("{plan_is} {counts}.", "{plan_is}{counts}。"),
    ("{refused} refused: this plan cannot be applied.", "{refused} 个对象被拒绝：此计划无法应用。"),
    // Markdown only.
    ("Plan: nothing to change", "计划：无需变更"),
    ("Plan: {counts}", "计划：{counts}"),
    ("Risk: safe, {meaning}.", "风险：安全，{meaning}。"),
    ("**Risk: disruptive**, {meaning}.", "**风险：服务中断**，{meaning}。"),
    ("**Risk: data-loss**, data goes away.", "**风险：数据丢失**，有数据会丢失。"),
    ("| component | create | change | replace | delete | risk |", "| 组件 | 新建 | 变更 | 重建 | 删除 | 风险 |"),
    ("Data goes away", "会丢失的数据"),
    ("Fields of other managers", "其他字段管理器的字段"),
    ("Off", "未启用"),
    ("Kept as they are in the cluster", "沿用集群中的值"),
    (", wanted by {component}", "，{component} 需要它"),
    ("1 field of another manager", "1 个字段由其他字段管理器管理"),
    ("{count} fields of other managers", "{count} 个字段由其他字段管理器管理"),
    ("… {count} more", "… 还有 {count} 个"),
    ("… {count} more lines", "… 还有 {count} 行"),
    (
        "Left out, to stay within {max_size} bytes: {list}. `ks plan` shows everything.",
        "为不超过 {max_size} 字节，省略了：{list}。`ks plan` 会显示全部内容。",
    ),
];

/// Names of ours, what is counted, and what refuses an object.
pub const READ: &Phrases = &[
    ("inventory", "对象清单"),
    ("given back", "交还的字段"),
    ("of no component", "不属于任何组件"),
    ("safe", "安全"),
    ("disruptive", "服务中断"),
    ("data-loss", "数据丢失"),
    ("{n} items stay", "{n} 项不变"),
    ("… {n} equal line", "… {n} 行相同"),
    ("… {n} equal lines", "… {n} 行相同"),
    ("… {n} more line", "… 还有 {n} 行"),
    ("… {n} more lines", "… 还有 {n} 行"),
    (" … {n} equal characters … ", " … {n} 个字符相同 … "),
    ("no line break at the end before", "变更前末尾没有换行"),
    ("no line break at the end after", "变更后末尾没有换行"),
    ("{n} object", "{n} 个对象"),
    ("{n} objects", "{n} 个对象"),
    ("the fields of {n} new object", "{n} 个新对象的字段"),
    ("the fields of {n} new objects", "{n} 个新对象的字段"),
    ("the fields and reasons of {n} changed object", "{n} 个变更对象的字段与原因"),
    ("the fields and reasons of {n} changed objects", "{n} 个变更对象的字段与原因"),
    ("all but the first lines of {n} object", "{n} 个对象除前几行外的内容"),
    ("all but the first lines of {n} objects", "{n} 个对象除前几行外的内容"),
    ("in the lists {n} line", "列表中的 {n} 行"),
    ("in the lists {n} lines", "列表中的 {n} 行"),
    (
        "namespace {name} does not exist and is not made by this configuration: make it first",
        "命名空间 {name} 不存在，也不由此配置创建：请先创建它",
    ),
    (
        "its certificate or key was there at first and is another one now; plan again",
        "其证书或私钥在此期间已被更换；请重新生成计划",
    ),
    ("1 table", "组件表"),
    ("what is known of 1 cluster", "集群信息"),
];
