//! Pictures: bars beside each other, as SVG that can be read on light and on dark pages.

use std::fmt::Write as _;

use super::statistics::figures;

const WIDTH: f64 = 760.0;
const LABEL: f64 = 215.0;
const ROW: f64 = 22.0;
const BAR: f64 = 340.0;
const HEAD: f64 = 46.0;

// It brings its own ground: where the page is light though the reader's system is dark, light letters would be lost on it.
const STYLE: &str = "
  .ground { fill: #ffffff } .value { paint-order: stroke; stroke: #ffffff; stroke-width: 5px }
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 15px } .unit, .value { fill: #57606a }
  .bar { fill: #8c959f } .own { fill: #0969da } .spread { stroke: #24292f; stroke-width: 1 } .mark { stroke: #cf222e; stroke-dasharray: 4 3 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } .value { stroke: #0d1117 }
    text { fill: #e6edf3 } .unit, .value { fill: #9198a1 }
    .bar { fill: #6e7681 } .own { fill: #58a6ff } .spread { stroke: #e6edf3 } .mark { stroke: #ff7b72 }
  }
";

/// One bar.
pub struct Bar {
    /// Whose.
    pub label: String,
    /// How long, and from where to where the samples lay. `Err`: why there is none.
    pub value: Result<(f64, f64, f64), String>,
    /// Whether it is hallpass's.
    pub own: bool,
}

/// Bars with a title.
pub struct Panel {
    /// What is measured.
    pub title: String,
    /// In what.
    pub unit: String,
    /// The bars.
    pub bars: Vec<Bar>,
    /// A line at what was aimed for.
    pub aim: Option<f64>,
}

/// The panels below each other.
pub fn draw(panels: &[Panel]) -> String {
    let height: f64 = panels.iter().map(height_of).sum::<f64>() + 8.0;
    let titles: Vec<_> = panels.iter().map(|panel| escaped(&panel.title)).collect();
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-12 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         role=\"img\" aria-label=\"{}\">\n<style>{STYLE}</style>\n\
         <rect class=\"ground\" x=\"-12\" width=\"{WIDTH}\" height=\"{height}\" rx=\"6\"/>\n",
        titles.join("; ")
    );
    let mut top = 0.0;
    for panel in panels {
        draw_panel(&mut svg, panel, top);
        top += height_of(panel);
    }
    svg.push_str("</svg>\n");
    svg
}

fn height_of(panel: &Panel) -> f64 {
    HEAD + ROW * panel.bars.iter().map(|_| 1.0).sum::<f64>() + 14.0
}

fn draw_panel(svg: &mut String, panel: &Panel, top: f64) {
    let values = panel.bars.iter().filter_map(|bar| bar.value.as_ref().ok());
    // The spread of one must not squeeze all bars: it is cut off at the picture's edge.
    let most = values.map(|(_, middle, _)| *middle).chain(panel.aim).fold(f64::MIN_POSITIVE, f64::max);
    let x = |value: f64| LABEL + (value.max(0.0) / most * BAR).min(BAR * 1.15);
    let _ = writeln!(
        svg,
        "<text class=\"title\" x=\"0\" y=\"{}\">{} <tspan class=\"unit\">{}</tspan></text>",
        top + 26.0,
        escaped(&panel.title),
        escaped(&panel.unit) + if panel.aim.is_some() { "; dashed: aimed for" } else { "" }
    );
    // Before the bars and their values, so that it crosses none of them.
    if let Some(aim) = panel.aim {
        let _ = writeln!(
            svg,
            "<line class=\"mark\" x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"{1}\" y2=\"{2}\"/>",
            x(aim),
            top + HEAD - 4.0,
            top + height_of(panel) - 14.0
        );
    }
    let mut y = top + HEAD;
    for bar in &panel.bars {
        let base = y + 14.0;
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{base}\" text-anchor=\"end\">{}</text>",
            LABEL - 8.0,
            escaped(&bar.label)
        );
        match &bar.value {
            Ok((least, middle, greatest)) => {
                let class = if bar.own { "own" } else { "bar" };
                let _ = writeln!(
                    svg,
                    "<rect class=\"{class}\" x=\"{LABEL}\" y=\"{}\" width=\"{:.1}\" height=\"14\" rx=\"2\"/>",
                    y + 2.0,
                    (x(*middle) - LABEL).max(1.0)
                );
                if least < greatest {
                    let _ = writeln!(
                        svg,
                        "<line class=\"spread\" x1=\"{0:.1}\" x2=\"{2:.1}\" y1=\"{1}\" y2=\"{1}\"/>",
                        x(*least),
                        y + 9.0,
                        x(*greatest)
                    );
                }
                let end = x(*middle).max(if least < greatest { x(*greatest) } else { 0.0 });
                let _ = writeln!(
                    svg,
                    "<text class=\"value\" x=\"{:.1}\" y=\"{base}\">{}</text>",
                    end + 8.0,
                    figures(*middle)
                );
            }
            Err(why) => {
                let _ =
                    writeln!(svg, "<text class=\"value\" x=\"{LABEL}\" y=\"{base}\">{}</text>", escaped(why));
            }
        }
        y += ROW;
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bar_is_there_with_its_value_or_its_reason() {
        let bar = |label: &str, value| Bar { label: label.into(), value, own: false };
        let bars = vec![bar("a & b", Ok((1.0, 2.0, 3.0))), bar("c", Err("can't".into()))];
        let svg = draw(&[Panel { title: "t".into(), unit: "ms".into(), bars, aim: Some(1.5) }]);
        assert!(svg.contains("a &amp; b") && svg.contains(">2<") && svg.contains(">can't<"), "{svg}");
        assert!(svg.contains("class=\"mark\"") && svg.contains("prefers-color-scheme: dark"));
    }
}
