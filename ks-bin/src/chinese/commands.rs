//! What the commands refuse and note, and what to type next: `commands/`, `session.rs`, `input.rs`, `saved_plan.rs`.

use ks_model::language::Phrases;

/// Errors, hints and notes.
pub const READ: &Phrases = &[
    // Counts.
    ("{n} warning", "{n} 个警告"),
    ("{n} warnings", "{n} 个警告"),
    ("{n} error", "{n} 个错误"),
    ("{n} errors", "{n} 个错误"),
    ("{n} field", "{n} 个字段"),
    ("{n} fields", "{n} 个字段"),
    ("{n} step", "{n} 个步骤"),
    ("{n} steps", "{n} 个步骤"),
    ("{n} request", "{n} 次请求"),
    ("{n} requests", "{n} 次请求"),
    ("{n} read", "读取 {n} 次"),
    ("{n} reads", "读取 {n} 次"),
    ("{n} dry run", "试运行 {n} 次"),
    ("{n} dry runs", "试运行 {n} 次"),
    ("{n} write", "写入 {n} 次"),
    ("{n} writes", "写入 {n} 次"),
    ("{n} request: {reads}, {dry_runs}, {writes}.", "共 {n} 次请求：{*reads}，{*dry_runs}，{*writes}。"),
    ("{n} requests: {reads}, {dry_runs}, {writes}.", "共 {n} 次请求：{*reads}，{*dry_runs}，{*writes}。"),
    ("No request: planned from a snapshot.", "没有请求：根据快照生成计划。"),
    ("the server says: {words}", "服务器提示：{words}"),
    // The configuration: `input.rs`, `session.rs`.
    ("read {name}: {why}", "读取 {name}：{*why}"),
    ("read standard input: {why}", "读取标准输入：{*why}"),
    ("read {object} in {place}: {why}", "读取 {place} 中的 {object}：{*why}"),
    ("not UTF-8 text (byte {byte})", "不是 UTF-8 文本（第 {byte} 字节）"),
    ("its kind is not served", "服务器不提供该类型"),
    (
        "-f names the ClusterConfiguration, or `-` for standard input",
        "-f 指定 ClusterConfiguration 文件，`-` 表示标准输入",
    ),
    ("name a configuration with -f FILE", "请用 -f FILE 指定配置"),
    ("name the configuration with -f FILE", "请用 -f FILE 指定配置"),
    ("name one with -f FILE", "请用 -f FILE 指定"),
    ("no configuration", "没有配置"),
    ("{source} is refused: {errors}", "{source} 被拒绝：{*errors}"),
    ("{path} holds no configuration", "{path} 中没有配置"),
    ("load the components:", "加载组件："),
    ("read --manifests {path}: {why}", "读取 --manifests {path}：{*why}"),
    (
        "it is a folder like `manifests/` of ks: MODULE/COMPONENT/component.yaml",
        "该目录的结构应与 ks 的 `manifests/` 相同：MODULE/COMPONENT/component.yaml",
    ),
    (
        "the files of --manifests DIR are laid over the built-in components; check those named above",
        "--manifests DIR 中的文件会覆盖内置组件；请检查上面列出的文件",
    ),
    ("compile the components:", "编译组件："),
    (
        "raise the limit in the configuration, or lower the request",
        "请在配置中提高资源限制（limits），或降低资源请求（requests）",
    ),
    (
        "a manifest or an expression of a component is wrong; the configuration itself was accepted",
        "组件的清单或表达式有误；配置本身没有问题",
    ),
    (
        "a component of the catalogue is wrong; `ks graph` shows its edges",
        "目录中的某个组件有误；`ks graph` 显示其依赖关系",
    ),
    // Plans.
    ("{path} is not written: {why}", "没有写入 {path}：{*why}"),
    ("a plan with refused objects cannot be applied", "含有被拒绝对象的计划无法应用"),
    (
        "saved to {path}; `ks show {path2}` shows it, `ks apply {path3}` applies it as it is",
        "已保存到 {path}；`ks show {path2}` 显示该计划，`ks apply {path3}` 按原样应用",
    ),
    ("write {name}: {why}", "写入 {name}：{*why}"),
    ("write the output: {why}", "写入输出：{*why}"),
    ("--out names a file in a folder where you may write", "--out 指定的文件须位于可写的目录中"),
    ("read the plan {path}: {why}", "读取计划 {path}：{*why}"),
    ("line {line}, column {column}: {message}", "第 {line} 行第 {column} 列：{message}"),
    ("it is JSON, but no plan saved by `ks plan --out`", "这是 JSON，但不是 `ks plan --out` 保存的计划"),
    ("its format is {found}, and this ks reads {known}", "其格式为 {found}，此版本的 ks 只能读取 {known}"),
    ("it contradicts itself: {what}", "内容自相矛盾：{what}"),
    ("save one with `ks plan -f cc.yaml --out FILE`", "用 `ks plan -f cc.yaml --out FILE` 保存计划"),
    (
        "plan again with this ks: `ks plan -f cc.yaml --out FILE`",
        "请用此版本的 ks 重新生成计划：`ks plan -f cc.yaml --out FILE`",
    ),
    (
        "the file was changed or cut; plan again: `ks plan -f cc.yaml --out FILE`",
        "文件已被修改或截断；请重新生成计划：`ks plan -f cc.yaml --out FILE`",
    ),
    (
        "a plan is saved with `ks plan -f cc.yaml --out FILE`; a configuration is named with -f",
        "计划用 `ks plan -f cc.yaml --out FILE` 保存；配置用 -f 指定",
    ),
    // Saved plans of which the cluster has moved on: `commands/apply_saved.rs`.
    (
        "the plan is for the cluster {uid} ({cluster}), and this is {uid2} ({cluster2})",
        "该计划针对集群 {uid}（{cluster}），而当前集群是 {uid2}（{cluster2}）",
    ),
    ("name the cluster with --context or --kubeconfig", "请用 --context 或 --kubeconfig 指定集群"),
    ("{what} changed since the plan was saved; nothing was done", "自保存计划以来，{*what}已变更；未执行任何操作"),
    ("{object}: it exists now", "{object}：现在已存在"),
    ("{object}: it is gone", "{object}：已不存在"),
    ("{object}: another object of its name stands in its place", "{object}：已被同名的另一个对象取代"),
    ("{object}: fields that the plan is about were changed", "{object}：计划涉及的字段已被修改"),
    ("{object}: it belongs to ks now, and the plan does not know it", "{object}：现在归 ks 管理，而计划中没有它"),
    ("and {n} more", "另有 {n} 个"),
    ("plan again, and review what is different now", "请重新生成计划，并检查现在的差异"),
    (
        "the configuration does not give the secret values that the plan was made with; nothing was done",
        "当前配置给出的密钥值与生成计划时不同；未执行任何操作",
    ),
    ("the configuration changed since: plan again", "配置已变更：请重新生成计划"),
    ("the plan was made from standard input", "该计划由标准输入的配置生成"),
    (
        "the plan writes Secrets, whose values are not in its file: name the configuration with -f FILE",
        "该计划会写入 Secret，而计划文件中没有其内容：请用 -f FILE 指定配置",
    ),
    // What has to be agreed to: `commands/consent.rs`, `commands/resolve.rs`.
    (
        "nothing is left on, so everything that ks made would go; nothing was done",
        "没有任何组件处于启用状态，ks 创建的所有对象都将被移除；未执行任何操作",
    ),
    (
        "`ks destroy` removes everything; is this the right configuration, and the right --manifests?",
        "`ks destroy` 用于移除全部内容；请确认配置与 --manifests 是否正确",
    ),
    ("allow it with --allow removal=everything", "如确认，请加上 --allow removal=everything"),
    ("the data of {what} would go away; nothing was done", "{*what}的数据将会丢失；未执行任何操作"),
    ("allow it with --allow 'data-loss={object}'", "如确认，请加上 --allow 'data-loss={object}'"),
    (
        "`ks destroy --leave NAMESPACE` leaves a namespace there, with what others have in it",
        "`ks destroy --leave NAMESPACE` 会保留该命名空间及其中他人的对象",
    ),
    (
        "{fields} of other managers would change (`!` in the plan); nothing was done",
        "{*fields}归其他字段管理器所有，将被修改（计划中以 `!` 标出）；未执行任何操作",
    ),
    (
        "--take and --keep belong to `ks plan`: plan again with them, and save that",
        "--take 与 --keep 用于 `ks plan`：请带上它们重新生成并保存计划",
    ),
    ("write it with --take {field}", "写入该字段：--take {field}"),
    ("leave it to {manager} with --keep {field}", "保留给 {manager}：--keep {field}"),
    ("{n} more are marked with `!` in the plan", "计划中还有 {n} 处以 `!` 标出"),
    ("take all that the plan shows with --force-conflicts", "接管计划中列出的所有冲突字段：--force-conflicts"),
    ("there is nobody to ask; nothing was done", "无法询问确认；未执行任何操作"),
    ("{why}: apply without a question with --yes", "{*why}：请加上 --yes 以免询问"),
    ("json is for programs", "json 供程序使用"),
    ("standard input is no terminal", "标准输入不是终端"),
    ("not confirmed; nothing was done", "没有确认；未执行任何操作"),
    ("read --take and --keep:", "解析 --take 与 --keep："),
    (
        "a field is written as plans print it: '.spec.replicas@Deployment NAMESPACE/NAME'",
        "字段的写法与计划中相同：'.spec.replicas@Deployment NAMESPACE/NAME'",
    ),
    ("resolve conflicts:", "解决冲突："),
    ("possible: {field}", "可选：{field}"),
    ("{field}: no such object is wanted", "{field}：配置中没有该对象"),
    ("{field}: several objects are meant, say which: {kinds}", "{field}：可能指多个对象，请说明是哪一个：{kinds}"),
    ("{field}: it is no conflict, and not kept", "{field}：没有冲突，也没有保留"),
    ("{field}: it is owned as one with {whole}", "{field}：它与 {whole} 作为整体被管理"),
    ("{field}: it cannot be taken and kept", "{field}：不能既接管又保留"),
    ("{field}: it is the key of its item, which can be kept as a whole", "{field}：它是所在列表项的键，只能整项保留"),
    (
        "{field}: it cannot be kept, since it marks the object as one of ks",
        "{field}：不能保留，因为它标识该对象归 ks 管理",
    ),
    (
        "{text} stops being a path at {rest}; names with odd letters are written [\"a.b/c\"]",
        "{text} 从 {rest} 起不是路径；含特殊字符的名称写作 [\"a.b/c\"]",
    ),
    (
        "{text} names no object: write PATH@KIND NAMESPACE/NAME, or PATH@KIND NAME",
        "{text} 没有指明对象：请写 PATH@KIND NAMESPACE/NAME，或 PATH@KIND NAME",
    ),
    ("no field is in conflict, and none is kept", "没有冲突的字段，也没有保留的字段"),
    ("{n} more are possible; `ks plan` shows them", "另有 {n} 个可选；`ks plan` 会列出"),
    // The lease: `commands/lock.rs`.
    ("interrupted; nothing was done", "已中断；未执行任何操作"),
    (
        "another runner changed the cluster since this was planned; nothing was done",
        "生成计划之后，另一个 ks 修改了集群；未执行任何操作",
    ),
    ("run ks apply again, and review what is different now", "请再次运行 ks apply，并检查现在的差异"),
    (
        "another runner changed the cluster since this was planned; this is the new plan",
        "生成计划之后，另一个 ks 修改了集群；以下是新的计划",
    ),
    (
        "{holder} holds the lease since {since} and does not seem to renew it: watching it until it ends ({n} s)",
        "{holder} 自 {since} 起持有租约，似乎不再续约：等待其到期（{n} 秒）",
    ),
    (
        "{holder} holds the lease since {since} and does not seem to renew it: watching it until it ends",
        "{holder} 自 {since} 起持有租约，似乎不再续约：等待其到期",
    ),
    (
        "{holder} holds the lease and does not seem to renew it: watching it until it ends ({n} s)",
        "{holder} 持有租约，似乎不再续约：等待其到期（{n} 秒）",
    ),
    (
        "{holder} holds the lease and does not seem to renew it: watching it until it ends",
        "{holder} 持有租约，似乎不再续约：等待其到期",
    ),
    (
        "waiting for {holder}, which holds the lease since {since} ({n} s)",
        "正在等待 {holder}，它自 {since} 起持有租约（{n} 秒）",
    ),
    ("waiting for {holder}, which holds the lease since {since}", "正在等待 {holder}，它自 {since} 起持有租约"),
    (
        "the lease was not let go, so the next run waits for its end, {seconds} s at most: {error}",
        "租约未能释放，下次运行须等待其到期，最长 {seconds} 秒：{*error}",
    ),
    ("waiting for {holder}, which holds the lease ({n} s)", "正在等待 {holder}，它持有租约（{n} 秒）"),
    ("waiting for {holder}, which holds the lease", "正在等待 {holder}，它持有租约"),
    // The end of an apply: `commands/apply.rs`, `report/ledger.rs`.
    ("{what} refused; nothing was done", "{*what}被拒绝；未执行任何操作"),
    (
        "the lease was lost during the apply: {why}; what was not begun was not done",
        "应用过程中租约丢失：{*why}；尚未开始的步骤没有执行",
    ),
    ("the time for the whole apply was up", "已到整个应用的时限"),
    ("the time for the whole apply was up; not done in time: {steps}", "已到整个应用的时限；未及时完成：{*steps}"),
    (
        "running ks apply again goes on from here; --deadline gives it more time",
        "再次运行 ks apply 会从这里继续；--deadline 可延长时限",
    ),
    ("{steps} did not succeed", "{*steps}未成功"),
    ("--grace gives faults more time that may pass", "--grace 可为可能自行恢复的故障留出更多时间"),
    (
        "--timeout gives objects more time; running the same again goes on from here",
        "--timeout 可为对象留出更多时间；再次运行相同的命令会从这里继续",
    ),
    // Steps that have no sentence of their own on a screen.
    ("write the inventory", "写入对象清单"),
    ("wait for {object}", "等待 {object}"),
    ("wait for the claim template of {object}", "等待 {object} 的持久卷声明模板"),
    ("it is still there", "仍然存在"),
    ("delete {pod} and wait until {claim} is gone", "删除 {pod} 并等待 {claim} 删除完成"),
    ("wait for {pod} with {claim}", "等待 {pod} 及 {claim}"),
    // `ks wait`, and commands that take no snapshot.
    ("{path} is a snapshot: nothing in it changes", "{path} 是快照：其内容不会变化"),
    ("`ks status` tells how everything was", "`ks status` 显示当时的状态"),
    (
        "the cluster is not as the configuration wants it; `ks plan` shows what would change",
        "集群与配置不一致；`ks plan` 显示将会发生的变更",
    ),
    ("{path} is a snapshot, not a cluster", "{path} 是快照，不是集群"),
    (
        "--cluster snapshot:FILE serves `ks plan`, `status`, `render`, `graph` and `explain`",
        "--cluster snapshot:FILE 可用于 `ks plan`、`status`、`render`、`graph` 和 `explain`",
    ),
    // `ks destroy`.
    (
        "leave {namespace} there: it does not exist, or is none of those that would go",
        "保留 {namespace}：它不存在，或不在将被移除之列",
    ),
    (
        "`ks destroy` without --leave shows which namespaces would go",
        "不带 --leave 的 `ks destroy` 会列出将被移除的命名空间",
    ),
    // The history.
    ("the history cannot be written, and nothing was done: {why}", "无法写入历史记录，未执行任何操作：{*why}"),
    ("--history 0 applies without writing it down", "--history 0 表示应用但不写入历史记录"),
    ("the apply has ended, and the history does not say how: {why}", "应用已结束，但历史记录未能写入结果：{*why}"),
];
