#include "live/parts.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "control/units.hpp"
#include "control/words.hpp"

namespace qnet::cli {

using control::sentence;

Mark mark_of(const Page& page, std::string_view state) {
  if (state == "connected") return {page.shape("●", "[*]"), Style::good};
  if (state == "calibrating" || state == "connecting") return {page.shape("◐", "[~]"), Style::middling};
  if (state == "disconnected" || state == "idle") return {page.shape("○", "[-]"), Style::dim};
  return {page.shape("✕", "[!]"), Style::bad};
}

Mark mark_of_circuit(const Page& page, const Json& circuit) {
  const auto state = text_in(circuit, "state");
  if (state == "in use" || state == "ready") return mark_of(page, "connected");
  if (state == "building") return mark_of(page, "connecting");
  return mark_of(page, state == "old" ? "idle" : "failed");
}

std::string state_words(const Json& status) {
  const auto state = text_in(status, "state");
  return state.empty() ? "?" : sentence("state." + state);
}

std::string mode_words(const Json& status) {
  const auto mode = text_in(status, "mode");
  return mode.empty() ? "?" : sentence("mode." + mode);
}

std::string hops_words(std::uint64_t hops) {
  if (hops == 0) return {};
  return hops == 1 ? sentence("hops.fast") : sentence("hops.private", {{"hops", std::to_string(hops)}});
}

std::string round_trip_text(const Json& object) {
  const auto time = number_in(object, "round_trip_ms");
  return time ? fmt::format("{:.1f} ms", *time) : std::string();
}

std::string counted(std::uint64_t count, std::string_view key) {
  return sentence(fmt::format("{}.{}", key, count == 1 ? "one" : "many"), {{"count", std::to_string(count)}});
}

std::string counts_text(const Json& counts, std::size_t most) {
  std::vector<std::pair<std::string, std::uint64_t>> sorted;
  for (const auto& [name, count] : counts) sorted.emplace_back(name, count_in(counts, name));
  std::ranges::sort(sorted, [](const auto& one, const auto& other) {
    return one.second != other.second ? one.second > other.second : one.first < other.first;
  });
  std::string text;
  for (std::size_t i = 0; i < std::min(most, sorted.size()); ++i)
    text += fmt::format("{}{} {}", i == 0 ? "" : ", ", sorted[i].first, sorted[i].second);
  if (sorted.size() > most)
    text += ", " + sentence("cli.and_more", {{"count", std::to_string(sorted.size() - most)}});
  return text;
}

std::string short_address(const std::string& address) {
  constexpr std::string_view kUsual = ":443";
  constexpr std::string_view kPeer = "12D3KooW";
  if (address.starts_with(kPeer) && address.size() > 20)
    return address.substr(0, 12) + "…" + address.substr(address.size() - 4);
  return address.ends_with(kUsual) ? address.substr(0, address.size() - kUsual.size()) : address;
}

Spans way_of(const Page& page, const Json& circuit) {
  Spans way;
  for (const auto& one : list_in(circuit, "hops")) {
    const auto* const hop = one.if_object();
    if (hop == nullptr) continue;
    if (!way.empty()) way.push_back({page.shape(" → ", " -> "), Style::dim});
    way.push_back({short_address(text_in(*hop, "address"))});
    if (const auto country = text_in(*hop, "country"); !country.empty())
      way.push_back({" " + country, Style::bold});
  }
  return way;
}

std::string doing_of(const Json& circuit) {
  const auto streams = count_in(circuit, "streams");
  return joined({round_trip_text(circuit), text_in(circuit, "state"),
                 streams == 0 ? std::string() : counted(streams, "cli.streams")});
}

std::string joined(std::initializer_list<std::string> parts, std::string_view between) {
  std::string text;
  for (const auto& part : parts) {
    if (part.empty()) continue;
    if (!text.empty()) text += between;
    text += part;
  }
  return text;
}

}  // namespace qnet::cli
