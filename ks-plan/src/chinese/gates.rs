//! Why components are off: `compile/gate.rs` and `compile/clue.rs`.

use ks_model::language::Phrases;

/// Reasons as a whole.
pub const WHOLE: &Phrases = &[
    ("requires {component}, which is off", "所依赖的组件 {component} 未启用"),
    ("{condition} does not hold", "条件 {condition} 不成立"),
];

/// The values that a condition looked at, one by one.
pub const CLUES: &Phrases = &[("{field} is not set", "{field} 未设置"), ("{field} is {value}", "{field} 为 {value}")];
