#include "live/page.hpp"

#include <algorithm>
#include <limits>

#include "live/printable.hpp"

namespace qnet::cli {

namespace {

constexpr std::size_t kLabel = 12;

/// SGR parameters (ECMA-48 §8.3.117), of the eight colours that every terminal's owner has chosen.
std::string_view code_of(Style style) {
  switch (style) {
    case Style::plain: return "";
    case Style::bold: return "1";
    case Style::dim: return "2";
    case Style::good: return "32";
    case Style::middling: return "33";
    case Style::bad: return "31";
  }
  return "";
}

std::size_t width_of(const Spans& spans) {
  std::size_t width = 0;
  for (const auto& span : spans) width += columns(span.text);
  return width;
}

/// What stands between spaces. A word may have parts in several styles.
std::vector<Spans> words_of(const Spans& spans) {
  std::vector<Spans> words;
  bool open = false;
  for (const auto& span : spans) {
    std::string part;
    const auto end_part = [&] {
      if (part.empty()) return;
      if (!open) words.emplace_back();
      words.back().push_back({std::exchange(part, {}), span.style});
      open = true;
    };
    for (const char c : span.text) {
      if (c != ' ') {
        part += c;
        continue;
      }
      end_part();
      open = false;
    }
    end_part();
  }
  return words;
}

void drop_last_spaces(Spans& spans) {
  while (!spans.empty()) {
    auto& text = spans.back().text;
    text.resize(text.find_last_not_of(' ') + 1);
    if (!text.empty()) return;
    spans.pop_back();
  }
}

}  // namespace

std::string Page::printable_of(std::string_view text) const { return printable(text, terminal_.unicode); }

std::string Page::styled(std::string_view text, Style style) const {
  const auto code = code_of(style);
  if (!terminal_.colour || code.empty() || text.empty()) return std::string(text);
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

void Page::line(const Spans& spans) {
  auto left = terminal_.width == 0 ? std::numeric_limits<std::size_t>::max() : terminal_.width;
  Spans shown;
  for (const auto& span : spans) {
    const auto text = printable_of(span.text);
    const auto part = first_columns(text, left);
    left -= columns(part);
    if (shown.empty() || shown.back().style != span.style) shown.push_back({{}, span.style});
    shown.back().text += part;
  }
  drop_last_spaces(shown);
  std::string out;
  for (const auto& span : shown) out += styled(span.text, span.style);
  lines_.push_back(std::move(out));
}

void Page::words(const Spans& first, const Spans& spans) {
  const auto indent = width_of(first);
  Spans cleaned;
  for (const auto& span : spans) cleaned.push_back(clean(span));
  Spans row = first;
  auto at = indent;
  bool empty = true;
  for (const auto& word : words_of(cleaned)) {
    const auto width = width_of(word);
    if (!empty && terminal_.width != 0 && at + 1 + width > terminal_.width) {
      line(row);
      row = {{std::string(indent, ' ')}};
      at = indent;
      empty = true;
    }
    if (!empty) row.push_back({" ", word.front().style});
    at += width + (empty ? 0 : 1);
    row.insert(row.end(), word.begin(), word.end());
    empty = false;
  }
  line(row);
}

void Page::field(std::string_view label, const Spans& spans) {
  if (std::ranges::all_of(spans, [](const Span& span) { return span.text.empty(); })) return;
  std::string padded(label);
  padded.resize(std::max(kLabel, padded.size() + 1), ' ');
  words({{std::move(padded), Style::dim}}, spans);
}

bool Page::fits_beside_label(const Spans& spans, const Span& more) const {
  return terminal_.width == 0 || kLabel + width_of(spans) + 1 + columns(more.text) <= terminal_.width;
}

void Page::table(const std::vector<Spans>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (widths.size() <= i) widths.push_back(0);
      widths[i] = std::max(widths[i], columns(printable_of(row[i].text)));
    }
  for (const auto& row : rows) {
    Spans cells;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (widths[i] == 0) continue;
      auto cell = clean(row[i]);
      if (i + 1 < row.size()) cell.text.append(widths[i] + 2 - columns(cell.text), ' ');
      cells.push_back(std::move(cell));
    }
    line(cells);
  }
}

void Page::ends(const Spans& left, const Spans& right) {
  const auto used = width_of(left) + width_of(right);
  Spans row = left;
  row.push_back({std::string(terminal_.width > used ? terminal_.width - used : 2, ' ')});
  row.insert(row.end(), right.begin(), right.end());
  line(row);
}

std::string Page::text() const {
  std::string all;
  for (const auto& one : lines_) all += one + '\n';
  return all;
}

}  // namespace qnet::cli
