//! What a cluster refuses, and what to do about it: the errors of ks-apply and `command_error/`. The words of a server, and
//! what systems say of files and connections, stay as they are but for the commonest.

use ks_model::language::Phrases;

/// Errors, and hints.
pub const READ: &Phrases = &[
    // The way to a cluster: `ks-apply/src/kube_cluster/`.
    ("find a cluster: {why}", "查找集群：{*why}"),
    ("context {context}: {why}", "上下文 {context}：{*why}"),
    ("context {context} does not exist; {why}", "上下文 {context} 不存在；{*why}"),
    ("cluster {cluster} does not exist", "集群 {cluster} 不存在"),
    ("user {user} does not exist", "用户 {user} 不存在"),
    ("no context is chosen and none is current; {why}", "没有指定上下文，也没有当前上下文；{*why}"),
    ("there are no contexts", "没有任何上下文"),
    ("there are {names}", "现有：{names}"),
    ("the kubeconfig cannot be read back", "无法重新读取该 kubeconfig"),
    (
        "there is no kubeconfig with a cluster, and this is no pod of one",
        "没有指向集群的 kubeconfig，当前也不在集群的 Pod 中运行",
    ),
    ("server {server} begins with neither https nor http", "服务器地址 {server} 既不以 https 也不以 http 开头"),
    ("the credentials cannot be sent in a header", "该凭证无法放入请求头"),
    (
        "proxy {proxy}: only http, https and socks5 proxies are supported",
        "代理 {proxy}：只支持 http、https 和 socks5 代理",
    ),
    ("line {line}, column {column}: not a kubeconfig", "第 {line} 行第 {column} 列：不是 kubeconfig"),
    ("reach {server}: {why}", "连接 {server}：{*why}"),
    ("connection refused", "连接被拒绝"),
    ("no answer to the attempt to connect", "连接没有得到响应"),
    ("the host name is not known ({words})", "无法解析主机名（{words}）"),
    ("its certificate is not trusted ({words})", "其证书不受信任（{words}）"),
    ("{host} does not speak TLS", "{host} 不使用 TLS"),
    ("it refuses the TLS connection ({words})", "对方拒绝 TLS 连接（{words}）"),
    ("the proxy does not let through ({words})", "代理不放行（{words}）"),
    ("the connection was lost ({words})", "连接中断（{words}）"),
    // What was asked.
    ("get {object}: {why}", "读取 {object}：{*why}"),
    ("list {kind}: {why}", "列出 {kind}：{*why}"),
    ("watch {object}: {why}", "监视 {object}：{*why}"),
    ("find {object}: {why}", "查找 {object}：{*why}"),
    ("apply {object}: {why}", "应用 {object}：{*why}"),
    ("apply {object} (dry run): {why}", "应用 {object}（试运行）：{*why}"),
    ("create {object}: {why}", "创建 {object}：{*why}"),
    ("replace {object}: {why}", "替换 {object}：{*why}"),
    ("delete {object}: {why}", "删除 {object}：{*why}"),
    ("adopt {object}: {why}", "接管 {object}：{*why}"),
    ("read the log of {pod}: {why}", "读取 {pod} 的日志：{*why}"),
    ("ask for the server version: {why}", "查询服务器版本：{*why}"),
    ("discover the served kinds: {why}", "查询可用的资源类型：{*why}"),
    ("run credential plugin `{command}`: {why}", "运行凭证插件 `{command}`：{*why}"),
    // What came of it: `ks-apply/src/error.rs`, and what clients say of answers.
    ("it printed no ExecCredential", "它没有输出 ExecCredential"),
    ("its ExecCredential has no status", "其 ExecCredential 没有 status"),
    ("the token holds characters that no token can hold", "令牌中含有不允许的字符"),
    ("user name or password holds characters that cannot be sent", "用户名或密码中含有无法发送的字符"),
    ("the auth provider printed no JSON", "认证插件输出的不是 JSON"),
    ("the request cannot be sent: {why}", "无法发送请求：{*why}"),
    ("given up, because the lease could not be renewed in time", "已放弃，因为租约未能及时续约"),
    ("its server does not answer", "其服务器没有响应"),
    ("the answer of {path} is no discovery document", "{path} 的响应不是 discovery 文档"),
    ("the kinds of {group_version} are not known: {why}", "无法得知 {group_version} 的资源类型：{*why}"),
    ("the answer holds no version", "响应中没有版本"),
    ("the answer is no list", "响应不是列表"),
    ("the list goes round in a circle", "列表分页陷入循环"),
    ("{what}, which the plan does not take; plan again", "{what}，而计划不接管它；请重新生成计划"),
    (
        "others have set or given up fields of it since it was planned; plan again",
        "生成计划之后，有其他管理者设置或放弃了其字段；请重新生成计划",
    ),
    ("it has a volume by now, whose data would go; plan again", "它现已有存储卷，其数据会丢失；请重新生成计划"),
    ("no answer within {seconds} s", "{seconds} 秒内没有响应"),
    ("the server does not accept the credentials ({why})", "服务器不接受该凭证（{*why}）"),
    ("no credentials were sent", "没有发送凭证"),
    ("the token may have expired", "令牌可能已过期"),
    ("the token in {path} may have expired", "{path} 中的令牌可能已过期"),
    ("user name and password may be wrong", "用户名或密码可能有误"),
    ("the client certificate may have expired", "客户端证书可能已过期"),
    ("the credentials from `{command}` may have expired", "`{command}` 提供的凭证可能已过期"),
    ("the token of auth provider `{name}` may have expired", "认证插件 `{name}` 的令牌可能已过期"),
    ("the server does not serve {kind}", "服务器不提供 {kind}"),
    ("not sent, the lease is lost: {why}", "未发送，租约已丢失：{*why}"),
    ("refused, planning never writes", "已拒绝，生成计划时从不写入"),
    ("make the certificate for Secret {secret}: {message}", "为 Secret {secret} 生成证书：{message}"),
    ("it could not be renewed for {seconds} s", "{seconds} 秒内未能续约"),
    ("{holder} took it", "已被 {holder} 取得"),
    ("it was released", "已释放"),
    // What to do next: `command_error/from_cluster.rs`.
    (
        "name a kubeconfig with --kubeconfig FILE or KUBECONFIG, and a context with --context NAME",
        "用 --kubeconfig FILE 或 KUBECONFIG 指定 kubeconfig，用 --context NAME 指定上下文",
    ),
    ("without any cluster, try --sandbox", "没有集群时，可用 --sandbox 试用"),
    (
        "check the address in the kubeconfig, VPN and proxy; `kubectl version` asks the same server",
        "请检查 kubeconfig 中的地址、VPN 与代理；`kubectl version` 会访问同一服务器",
    ),
    ("the server is slow or overloaded; running ks again is safe", "服务器缓慢或过载；再次运行 ks 是安全的"),
    ("this may pass by itself; running ks again is safe", "此问题可能自行恢复；再次运行 ks 是安全的"),
    (
        "log in again, or renew the certificate or token of this context; `kubectl auth whoami` shows who you are",
        "请重新登录，或更新此上下文的证书或令牌；`kubectl auth whoami` 显示当前身份",
    ),
    (
        "ask for this right, or use another --context; `kubectl auth can-i --list` shows what you may do",
        "请申请该权限，或换用其他 --context；`kubectl auth can-i --list` 列出现有权限",
    ),
    (
        "its CustomResourceDefinition may be missing or of another version: `kubectl api-resources` lists what is served",
        "其 CustomResourceDefinition 可能缺失或版本不同：`kubectl api-resources` 列出可用的资源类型",
    ),
    (
        "another runner may be at work; when it is done, run ks apply again",
        "可能有另一个 ks 正在运行；等它结束后，再次运行 ks apply",
    ),
    (
        "`ks plan` shows who owns which field; --take writes it, --keep leaves it to its owner",
        "`ks plan` 显示各字段的字段管理者；--take 写入该字段，--keep 保留给其管理者",
    ),
    ("the object changed meanwhile; run ks again", "对象在此期间已变更；请再次运行 ks"),
    ("`ks render` shows the object as it was sent", "`ks render` 显示所发送的对象"),
    (
        "this is a bug in ks: planning must not write; nothing was sent. Please report it",
        "这是 ks 的缺陷：生成计划时不得写入；没有发送任何请求。请反馈此问题",
    ),
    (
        "is this the address of a Kubernetes API server? -v logs the requests",
        "这是 Kubernetes API 服务器的地址吗？-v 会记录各个请求",
    ),
    ("missing rule: {rule} in a Role of namespace {namespace}", "缺少规则：{rule}，位于命名空间 {namespace} 的 Role"),
    ("missing rule: {rule} in a ClusterRole", "缺少规则：{rule}，位于 ClusterRole"),
    ("and {count} more missing rules", "另外还缺少 {count} 条规则"),
    (
        "`ks rbac` prints the roles with all rules that a configuration needs",
        "`ks rbac` 输出一份配置所需全部规则的 Role",
    ),
    // Who holds the lease: `command_error/from_lease.rs`.
    (
        "another runner is at work: {holder} holds {object} since {since}, until {ends} unless it is renewed; nothing was done",
        "另一个 ks 正在运行：{holder} 自 {since} 起持有 {object}，如不续约则到 {ends} 为止；未执行任何操作",
    ),
    (
        "another runner is at work: {holder} holds {object}, until {ends} unless it is renewed; nothing was done",
        "另一个 ks 正在运行：{holder} 持有 {object}，如不续约则到 {ends} 为止；未执行任何操作",
    ),
    (
        "another runner is at work: {holder} holds {object} since {since}; nothing was done",
        "另一个 ks 正在运行：{holder} 自 {since} 起持有 {object}；未执行任何操作",
    ),
    (
        "another runner is at work: {holder} holds {object}; nothing was done",
        "另一个 ks 正在运行：{holder} 持有 {object}；未执行任何操作",
    ),
    (
        "--lock-timeout 10m waits until it is done; one that died is waited for only until its lease ends",
        "--lock-timeout 10m 会等待其结束；若它已异常退出，只等到其租约到期",
    ),
    (
        "`kubectl -n {namespace} get lease {name}` shows who holds it",
        "`kubectl -n {namespace} get lease {name}` 显示租约的持有者",
    ),
    // Sandboxes and files.
    ("read sandbox {path}: {why}", "读取沙箱 {path}：{*why}"),
    ("write sandbox {path}: {why}", "写入沙箱 {path}：{*why}"),
    ("understand sandbox {path}: {why}", "解析沙箱 {path}：{*why}"),
    (
        "sandbox {path} has format {found}, this ks reads {known}",
        "沙箱 {path} 的格式为 {found}，此版本的 ks 只能读取 {known}",
    ),
    ("remove {path} to start with an empty sandbox", "删除 {path} 即可从空沙箱开始"),
    (
        "--sandbox=FILE names a file that ks may make and write, in a folder where it may do so",
        "--sandbox=FILE 指定一个 ks 可以创建并写入的文件",
    ),
    ("No such file or directory (os error {n})", "没有那个文件或目录（os error {n}）"),
    ("Permission denied (os error {n})", "权限不够（os error {n}）"),
    ("Is a directory (os error {n})", "是一个目录（os error {n}）"),
];
