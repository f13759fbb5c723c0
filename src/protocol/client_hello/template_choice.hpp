// Which browser a client looks like: drawn by weight, and kept for a while, as a person keeps a browser.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/base/random.hpp"
#include "protocol/client_hello/template.hpp"

namespace qnet::client_hello {

struct TemplateChoiceLimits {
  /// About as long as a version of a browser lives. Somebody whose browser changed every day would stand out.
  static constexpr std::chrono::days shortest = std::chrono::days(30);
  /// So that those who began together do not change together.
  static constexpr std::chrono::days spread = std::chrono::days(15);
  /// The file is one short line.
  static constexpr std::size_t file = 256;
};

struct TemplateChoice {
  std::string name;
  std::chrono::sys_days until;  ///< another is drawn from this day on
  bool operator==(const TemplateChoice&) const = default;

  /// "chromium-156 2026-12-24", and back; nothing when it is anything else.
  [[nodiscard]] std::string to_text() const;
  [[nodiscard]] static std::optional<TemplateChoice> parse(std::string_view text);
};

/// The kept choice while it holds: its day has not come and is not further away than any choice's is (the
/// clock was wrong then or is now), and the template is still one that is drawn. Otherwise a new one, by
/// weight.
[[nodiscard]] TemplateChoice choose_template(const std::optional<TemplateChoice>& kept,
                                             std::span<const Template> templates, std::chrono::sys_days today,
                                             base::RandomSource& random);

/// The same with the kept choice in a file of `folder`. Without a folder, or when the file cannot be written,
/// the choice holds for this run only.
[[nodiscard]] const Template& kept_or_drawn_template(const std::filesystem::path& folder,
                                                     std::chrono::sys_days today, base::RandomSource& random);

/// The others that are drawn, the commonest first: for attempts where the chosen one gets no answer.
[[nodiscard]] std::vector<Template> others_than(const Template& chosen, std::span<const Template> templates);

}  // namespace qnet::client_hello
