//! Why an object is in a plan: `display/reason.rs`, and what it quotes of certificates.

use ks_model::language::Phrases;

/// Reasons.
pub const SAID: &Phrases = &[
    ("{file} wants it", "{file} 需要它"),
    ("no component wants it any more", "已没有组件需要它"),
    (
        "no value changes: ks takes over fields that it shares or that an older tool wrote",
        "值不变：ks 接管与他方共有的字段，或旧工具写入的字段",
    ),
    ("ks adopts it from {managers}", "ks 从 {managers} 接管它"),
    ("it is being deleted, and made anew once it is gone", "它正在被删除，删除完成后重新创建"),
    ("nothing wants these fields any more; the object itself stays", "已不再需要这些字段；对象本身保留"),
    ("it keeps the list of what ks owns", "它记录 ks 管理的所有对象"),
    (
        "its operator makes {kind} {name} anew: all its pods restart at once",
        "其 Operator 会重新创建 {kind} {name}：所有 Pod 同时重启",
    ),
    ("everything that ks made goes", "移除 ks 创建的所有对象"),
    ("it takes along {objects}", "它会连带删除{objects}"),
    ("it stays: in it live {objects}", "它会保留：其中有{objects}"),
    ("it stays: {manager} made it", "它会保留：由 {manager} 创建"),
    ("it stays: the user leaves it", "它会保留：用户选择保留"),
    (
        "nothing uses {names} any more: these claims stay, with their data",
        "{names} 不再被使用：这些持久卷声明及其数据会保留",
    ),
    ("1 object", "1 个对象"),
    ("{count} objects", "{count} 个对象"),
    (" and {more} more", " 等（另有 {more} 个）"),
    ("{objects} of others: {named}{rest}", "他人的 {objects}：{named}{rest}"),
    // Volumes.
    (
        "{owner} wants more room, and the class lets its claims grow in place",
        "{owner} 需要更大的空间，存储类支持原地扩容",
    ),
    ("{owner} stores its data elsewhere; one replica follows the other", "{owner} 的数据改存别处；各副本逐个处理"),
    (
        "{owner} wants another class, which no claim can change; one replica follows the other",
        "{owner} 需要另一个存储类，而持久卷声明的存储类不能修改；各副本逐个处理",
    ),
    (
        "{owner} wants less room, and no claim can shrink; to keep its data, keep its size; \
         one replica follows the other",
        "{owner} 需要更小的空间，而持久卷声明不能缩容；如需保留数据，请保持原容量；各副本逐个处理",
    ),
    (
        "{owner} wants more room, and no claim without a class can grow; one replica follows the other",
        "{owner} 需要更大的空间，而没有存储类的持久卷声明不能扩容；各副本逐个处理",
    ),
    (
        "{owner} wants more room, and class {class} lets no claim grow; one replica follows the other",
        "{owner} 需要更大的空间，而存储类 {class} 不支持扩容；各副本逐个处理",
    ),
    (
        "{owner} wants more room, and only a bound claim can grow; one replica follows the other",
        "{owner} 需要更大的空间，而只有已绑定的持久卷声明才能扩容；各副本逐个处理",
    ),
    // Settings.
    ("{name} is {value}: {field} at {place}", "{name} 为 {value}：{field}（{place}）"),
    ("{name} is {value}: {field}", "{name} 为 {value}：{field}"),
    ("{name} stays {value}: kept from {field}", "{name} 保持为 {value}：沿用 {field}"),
    ("{name} is what {search} finds", "{name} 为 {search} 的查找结果"),
    ("{name} stays as it is in Secret {secret}", "{name} 沿用 Secret {secret} 中的值"),
    ("{name} is made by apply: Secret {secret}: {why}", "{name} 由 apply 生成：Secret {secret}：{why}"),
    ("{name} is {value}: default, {text}", "{name} 为 {value}：默认值，{text}"),
    ("{name} is {value}: default", "{name} 为 {value}：默认值"),
    ("{name} is {value}", "{name} 为 {value}"),
    // Fields that were kept.
    ("ks takes it", "由 ks 接管"),
    ("nothing wants it any more", "已不再需要"),
    ("the object is not there, and is made as it is wanted", "对象不存在，将按期望创建"),
    ("nobody else owns it any more, so that it is written as it is wanted", "已没有其他字段管理器，因此按期望写入"),
    ("the object is made again, as it is wanted", "对象将按期望重新创建"),
];

/// Why a certificate is made anew.
pub const READ: &Phrases = &[
    ("no cluster was asked for it", "没有向集群查询"),
    ("it does not exist", "它不存在"),
    ("it has no tls.crt", "其中没有 tls.crt"),
    ("its tls.crt is no text", "其 tls.crt 不是文本"),
    ("its tls.crt holds no certificate", "其 tls.crt 中没有证书"),
    ("its tls.crt holds no CA", "其 tls.crt 中没有 CA"),
    ("it has no tls.key", "其中没有 tls.key"),
    ("its tls.key holds no key that can be read", "其 tls.key 中没有可读取的私钥"),
    ("its tls.key is not the key of its certificate", "其 tls.key 与证书不匹配"),
    ("its certificate cannot be read", "其证书无法读取"),
    ("its certificate is not for {name}", "其证书不适用于 {name}"),
    ("its certificate is not valid before {day}", "其证书在 {day} 之前无效"),
    ("its certificate expired on {day}", "其证书已于 {day} 过期"),
    ("its certificate expires on {day}", "其证书将于 {day} 过期"),
    ("its CA does not vouch for its certificate", "其 CA 不能验证其证书"),
];
