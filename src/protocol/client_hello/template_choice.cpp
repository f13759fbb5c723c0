#include "protocol/client_hello/template_choice.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <functional>
#include <iterator>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "foundation/base/durable_file.hpp"

namespace qnet::client_hello {

namespace {

/// Digits only, as many as `text` has.
std::optional<int> number(std::string_view text) {
  int value = 0;
  for (const char c : text)
    if (c < '0' || c > '9') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::chrono::sys_days> parse_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = number(text.substr(0, 4)), month = number(text.substr(5, 2)),
             day = number(text.substr(8));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

bool holds(const TemplateChoice& kept, std::span<const Template> templates, std::chrono::sys_days today) {
  using Limits = TemplateChoiceLimits;
  const auto* const found = find_template(templates, kept.name);
  return found != nullptr && found->weight > 0 && today < kept.until &&
         kept.until <= today + Limits::shortest + Limits::spread;
}

const Template& draw(std::span<const Template> templates, base::RandomSource& random) {
  std::uint32_t total = 0;
  for (const auto& browser : templates) total += browser.weight;
  if (total == 0) return templates.front();
  auto left = random.below(total);
  for (const auto& browser : templates) {
    if (left < browser.weight) return browser;
    left -= browser.weight;
  }
  return templates.front();  // never reached: the weights sum up to the total
}

std::filesystem::path file_in(const std::filesystem::path& folder) { return folder / "template"; }

std::optional<TemplateChoice> read_choice(const std::filesystem::path& folder) {
  std::ifstream file(file_in(folder), std::ios::binary);
  std::string text(TemplateChoiceLimits::file, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return TemplateChoice::parse(text);
}

void write_choice(const std::filesystem::path& folder, const TemplateChoice& choice) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const auto text = choice.to_text() + '\n';
  if (base::write_file_durably(file_in(folder), base::bytes_of(text), base::Existing::replace) != 0)
    spdlog::warn("{} cannot be written: the next start draws another browser", file_in(folder).string());
}

}  // namespace

std::string TemplateChoice::to_text() const {
  const std::chrono::year_month_day date(until);
  return fmt::format("{} {:04}-{:02}-{:02}", name, static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::optional<TemplateChoice> TemplateChoice::parse(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  const auto space = text.find(' ');
  if (space == std::string_view::npos || space == 0) return std::nullopt;
  const auto until = parse_day(text.substr(space + 1));
  if (!until) return std::nullopt;
  return TemplateChoice{std::string(text.substr(0, space)), *until};
}

TemplateChoice choose_template(const std::optional<TemplateChoice>& kept, std::span<const Template> templates,
                               std::chrono::sys_days today, base::RandomSource& random) {
  if (kept && holds(*kept, templates, today)) return *kept;
  using Limits = TemplateChoiceLimits;
  const auto& drawn = draw(templates, random);
  const auto days = random.below(static_cast<std::uint32_t>(Limits::spread.count()) + 1);
  return {drawn.name, today + Limits::shortest + std::chrono::days(days)};
}

const Template& kept_or_drawn_template(const std::filesystem::path& folder, std::chrono::sys_days today,
                                       base::RandomSource& random) {
  const auto& templates = builtin_templates();
  const auto kept = folder.empty() ? std::nullopt : read_choice(folder);
  const auto choice = choose_template(kept, templates, today, random);
  if (!folder.empty() && choice != kept) write_choice(folder, choice);
  return *find_template(templates, choice.name);
}

std::vector<Template> others_than(const Template& chosen, std::span<const Template> templates) {
  std::vector<Template> others;
  for (const auto& browser : templates)
    if (browser.weight > 0 && browser.name != chosen.name) others.push_back(browser);
  std::ranges::sort(others, std::ranges::greater{}, &Template::weight);
  return others;
}

}  // namespace qnet::client_hello
