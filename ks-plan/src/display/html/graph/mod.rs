//! The order of a plan as a picture: components from left to right, each with its objects.

mod layers;
mod model;
mod svg;

use super::anchors::Anchors;
use super::markup::Markup;
use crate::plan::Plan;
use model::Model;

/// With more objects than this the picture shows the components alone; each has a picture of its own objects.
const MANY: usize = 150;

/// Holds the order of a plan, ready to be drawn.
pub struct Graph<'a> {
    model: Model<'a>,
    is_large: bool,
}

impl<'a> Graph<'a> {
    /// Reads the steps of a plan.
    pub fn of(plan: &'a Plan, anchors: &Anchors<'_>) -> Self {
        let model = Model::of(plan, anchors);
        let is_large = model.cards.iter().map(|it| it.rows.len()).sum::<usize>() > MANY;
        Self { model, is_large }
    }

    /// Whether there is anything to draw.
    pub fn is_empty(&self) -> bool {
        self.model.cards.is_empty()
    }

    /// Draws all components.
    pub fn draw(&self, page: &mut Markup) {
        svg::draw(&self.model, !self.is_large, page);
    }

    /// Draws the objects of one group, where the whole picture leaves them out.
    pub fn draw_group(&self, name: &str, deletes: bool, page: &mut Markup) {
        let card = self.model.cards.iter().find(|it| it.name == name && it.deletes == deletes && !it.rows.is_empty());
        if let Some(card) = card.filter(|it| self.is_large && it.rows.len() > 1) {
            page.element("details", &[("class", "order")], |page| {
                page.leaf("summary", &[], &format!("The order of its {} objects", card.rows.len()));
                svg::draw_one(card, page);
            });
        }
    }
}
