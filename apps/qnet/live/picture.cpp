#include "live/picture.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include <fmt/format.h>

#include "control/units.hpp"
#include "control/words.hpp"
#include "live/parts.hpp"
#include "live/printable.hpp"

namespace qnet::cli {

namespace {

using control::bytes_text;
using control::duration_text;
using control::sentence;
using WallTime = std::chrono::system_clock::time_point;

constexpr std::size_t kCircuits = 6;
constexpr std::size_t kHappenings = 3;

std::string label(std::string_view name) { return sentence(fmt::format("cli.label.{}", name)); }

void draw_head(Page& page, const Json& status, WallTime now) {
  const auto mark = mark_of(page, text_in(status, "state"));
  const auto since = since_in(status, "state_since", now);
  page.ends({{mark.shape + " ", mark.style},
             {state_words(status), mark.style == Style::dim ? Style::bold : mark.style},
             {since ? " " + sentence("cli.for", {{"time", duration_text(*since)}}) : "", Style::dim}},
            {{mode_words(status) + ", QNet " + text_in(status, "version"), Style::dim}});
}

void draw_advice(Page& page, const Json& status) {
  const auto* const advice = object_in(status, "advice");
  if (advice == nullptr) return;
  const bool fine = text_in(*advice, "code") == "ok";
  page.words({}, {{text_in(*advice, "text"), fine ? Style::plain : Style::bold}});
  if (const auto todo = text_in(*advice, "todo"); !todo.empty())
    page.words({{page.shape("→ ", "-> "), Style::dim}}, {{todo}});
  // A demo's advice is of one of its nodes, which may have said more.
  const auto error = text_in(status, "last_error");
  if (!fine && !error.empty()) page.words({}, {{error, Style::dim}});
}

std::string countries_of(const Json& status) {
  std::string text;
  for (const auto& country : list_in(status, "exit_countries"))
    if (const auto* const code = country.if_string()) text += (text.empty() ? "" : ", ") + std::string(*code);
  return text;
}

void draw_mode(Page& page, const Json& status) {
  const auto countries = countries_of(status);
  page.field(label("mode"),
             {{joined({hops_words(count_in(status, "hops")),
                       countries.empty() ? "" : sentence("cli.exits_in", {{"countries", countries}})},
                      "; ")}});
}

void draw_paths(Page& page, const Json& status) {
  const auto& circuits = list_in(status, "circuits");
  for (std::size_t i = 0; i < std::min(kCircuits, circuits.size()); ++i) {
    const auto* const circuit = circuits[i].if_object();
    if (circuit == nullptr) continue;
    const auto mark = mark_of_circuit(page, *circuit);
    Spans row{{mark.shape + " ", mark.style}};
    const auto way = way_of(page, *circuit);
    row.insert(row.end(), way.begin(), way.end());
    const Span doing{"(" + doing_of(*circuit) + ")", Style::dim};
    const bool fits = page.fits_beside_label(row, doing);
    if (fits) row.push_back({" " + doing.text, doing.style});
    page.field(i == 0 ? label("path") : "", row);
    if (!fits) page.field("", {doing});
  }
  if (circuits.size() > kCircuits)
    page.field("", {{sentence("cli.and_more", {{"count", std::to_string(circuits.size() - kCircuits)}}),
                     Style::dim}});
}

void draw_exit_seen(Page& page, const Json& status) {
  const auto* const seen = object_in(status, "exit_seen");
  if (seen == nullptr) return;
  const auto country = text_in(*seen, "country");
  page.field(label("exit"), {{sentence(country.empty() ? "cli.sites_see" : "cli.sites_see_in",
                                       {{"address", text_in(*seen, "address")}, {"country", country}})}});
}

std::vector<std::uint64_t> rates_of(const Json& status, std::string_view way) {
  std::vector<std::uint64_t> rates;
  if (const auto* const all = object_in(status, "rates"))
    for (const auto& one : list_in(*all, way))
      rates.push_back(one.is_number() ? one.to_number<std::uint64_t>() : 0);
  return rates;
}

/// Of the last seconds: one alone jumps.
std::uint64_t rate_now(const std::vector<std::uint64_t>& rates) {
  constexpr std::size_t kSeconds = 3;
  const auto count = std::min(kSeconds, rates.size());
  if (count == 0) return 0;
  return std::accumulate(rates.end() - static_cast<std::ptrdiff_t>(count), rates.end(), std::uint64_t{0}) /
         count;
}

/// The last seconds as bars, as high as their share of the highest.
std::string bars(const std::vector<std::uint64_t>& rates, std::size_t most) {
  constexpr std::array kBars{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const auto highest = rates.empty() ? 0 : *std::ranges::max_element(rates);
  if (highest == 0) return {};
  std::string text;
  for (auto i = rates.size() - std::min(most, rates.size()); i < rates.size(); ++i)
    text += kBars.at(static_cast<std::size_t>(static_cast<double>(rates[i]) / static_cast<double>(highest) *
                                              (kBars.size() - 1)));
  return text;
}

void draw_traffic(Page& page, const Json& status) {
  const auto up = rates_of(status, "up");
  const auto down = rates_of(status, "down");
  const auto ways = [](std::uint64_t one, std::uint64_t other, std::string_view unit) {
    return sentence("cli.up_and_down", {{"up", fmt::format("{}{}", bytes_text(one), unit)},
                                        {"down", fmt::format("{}{}", bytes_text(other), unit)}});
  };
  Spans now{{ways(rate_now(up), rate_now(down), "/s")}};
  if (page.terminal().unicode) now.push_back({"  " + bars(down, 30), Style::good});
  page.field(label("now"), now);
  if (const auto* const bytes = object_in(status, "bytes"))
    page.field(
        label("total"),
        {{sentence("cli.since_start",
                   {{"bytes", ways(count_in(*bytes, "up"), count_in(*bytes, "down"), "")},
                    {"time", duration_text(std::chrono::seconds(count_in(status, "uptime_seconds")))}})}});
}

void draw_peers_in_short(Page& page, const Json& status) {
  const auto& peers = list_in(status, "peers");
  std::size_t connected = 0;
  std::string error;
  for (const auto& one : peers) {
    const auto* const peer = one.if_object();
    if (peer == nullptr) continue;
    if (text_in(*peer, "state") == "connected") ++connected;
    if (error.empty()) error = text_in(*peer, "last_error");
  }
  if (peers.empty()) return;
  page.field(label("peers"), {{sentence("cli.peers_connected", {{"connected", std::to_string(connected)},
                                                                {"count", std::to_string(peers.size())}})},
                              {connected == 0 ? " " + error : "", Style::dim}});
}

void draw_network(Page& page, const Json& status) {
  const auto* const network = object_in(status, "network");
  if (network == nullptr) return;
  page.field(label("network"),
             {{sentence("cli.network", {{"relays", counted(count_in(*network, "relays"), "cli.relays")},
                                        {"exits", counted(count_in(*network, "exits"), "cli.exits")},
                                        {"agreeing", std::to_string(count_in(*network, "agreeing"))},
                                        {"operators", std::to_string(count_in(*network, "operators"))}})}});
  page.field("", {{text_in(*network, "problem"), Style::middling}});
}

void draw_happened(Page& page, const Json& status, WallTime now) {
  const auto& all = list_in(status, "happened");
  for (std::size_t i = 0; i < std::min(kHappenings, all.size()); ++i) {
    const auto* const one = all[i].if_object();
    if (one == nullptr) continue;
    const auto since = since_in(*one, "at", now);
    page.field(
        i == 0 ? label("lately") : "",
        {{text_in(*one, "text")},
         {since ? " (" + sentence("cli.ago", {{"time", duration_text(*since)}}) + ")" : "", Style::dim}});
  }
}

/// Where there is room, an identity is shown whole, so that it can be copied.
std::string identity_of(const Page& page, const Json& node) {
  constexpr std::size_t kRoomy = 115;
  const auto id = text_in(node, "peer_id");
  const auto width = page.terminal().width;
  return width == 0 || width >= kRoomy ? id : short_address(id);
}

void draw_nodes(Page& page, const Json& status) {
  const auto* const nodes = object_in(status, "nodes");
  if (nodes == nullptr || nodes->empty()) return;
  page.line();
  std::vector<Spans> rows;
  for (const auto& [name, value] : *nodes) {
    const auto* const node = value.if_object();
    if (node == nullptr) continue;
    const auto mark = mark_of(page, text_in(*node, "state"));
    const auto* const bytes = object_in(*node, "bytes");
    const auto moved = bytes == nullptr ? 0 : count_in(*bytes, "up") + count_in(*bytes, "down");
    rows.push_back({{mark.shape + " " + std::string(name), mark.style},
                    {state_words(*node)},
                    {mode_words(*node)},
                    {counted(count_in(*node, "sessions_open"), "cli.sessions")},
                    {bytes_text(moved)},
                    {identity_of(page, *node), Style::dim}});
  }
  page.table(rows);
}

}  // namespace

void draw_status(Page& page, const Json& status, WallTime now) {
  draw_head(page, status, now);
  page.line();
  draw_advice(page, status);
  page.line();
  const bool has_way = count_in(status, "hops") > 0;
  if (has_way) {
    draw_mode(page, status);
    draw_paths(page, status);
    draw_exit_seen(page, status);
  }
  const auto password = truth_in(status, "socks_password") ? sentence("cli.with_password") : std::string();
  if (const auto proxy = text_in(status, "socks_addr"); !proxy.empty())
    page.field(label("proxy"), {{joined({proxy, password})}});
  if (!has_way) draw_operator(page, status);
  draw_traffic(page, status);
  if (has_way) draw_peers_in_short(page, status);
  draw_network(page, status);
  draw_happened(page, status, now);
  draw_nodes(page, status);
}

}  // namespace qnet::cli
