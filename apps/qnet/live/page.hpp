// Lines of text in styles, laid out for a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "live/terminal.hpp"

namespace qnet::cli {

enum class Style { plain, bold, dim, good, middling, bad };

/// Text in one style. Whatever it holds, only what printable() leaves of it is shown.
struct Span {
  std::string text;
  Style style = Style::plain;
};
using Spans = std::vector<Span>;

class Page {
 public:
  explicit Page(const Terminal& terminal) : terminal_(terminal) {}

  [[nodiscard]] const Terminal& terminal() const { return terminal_; }
  /// `other` stands for it in ASCII.
  [[nodiscard]] std::string shape(std::string_view unicode, std::string_view other) const {
    return std::string(terminal_.unicode ? unicode : other);
  }

  /// One line, cut at the width.
  void line(const Spans& spans = {});
  /// Words that go on below, indented, where the line is full. `first` stands before them.
  void words(const Spans& first, const Spans& spans);
  /// The same behind a label, in a column of its own. Nothing for nothing.
  void field(std::string_view label, const Spans& spans);
  /// Whether field() shows both on one line.
  [[nodiscard]] bool fits_beside_label(const Spans& spans, const Span& more) const;
  /// Columns as wide as their widest cell, two spaces between them; the last one is cut at the width.
  void table(const std::vector<Spans>& rows);
  /// Spans at both ends of a line; without a width, with a space between them.
  void ends(const Spans& left, const Spans& right);

  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }
  [[nodiscard]] std::string text() const;

 private:
  [[nodiscard]] Span clean(const Span& span) const { return {printable_of(span.text), span.style}; }
  [[nodiscard]] std::string printable_of(std::string_view text) const;
  [[nodiscard]] std::string styled(std::string_view text, Style style) const;

  Terminal terminal_;
  std::vector<std::string> lines_;
};

}  // namespace qnet::cli
