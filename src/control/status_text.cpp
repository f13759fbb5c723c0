#include "control/status_text.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "control/advice.hpp"
#include "control/mode.hpp"
#include "control/units.hpp"
#include "control/words.hpp"
#include "foundation/base/utc_time.hpp"

namespace qnet::control {
namespace {

std::string printable(std::string_view text) {
  std::string clean(text);
  std::ranges::replace_if(clean, [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return clean;
}

std::string round_trip_text(const std::optional<std::chrono::microseconds>& time) {
  if (!time) return "-";
  return fmt::format("{:.1f} ms", std::chrono::duration<double, std::milli>(*time).count());
}

constexpr std::size_t kColumns = 6;
using Row = std::array<std::string, kColumns>;

Row row_of(const Peer& peer) {
  Row row{peer.name,
          peer.cover,
          peer.address,
          std::string(to_text(peer.state)),
          round_trip_text(peer.round_trip),
          peer.last_error};
  for (auto& cell : row) cell = cell.empty() ? "-" : printable(cell);
  return row;
}

void append_peers(std::string& out, const std::vector<Peer>& peers) {
  if (peers.empty()) return;
  std::vector<Row> rows{{"PEER", "COVER", "ADDRESS", "STATE", "ROUND TRIP", "LAST ERROR"}};
  std::ranges::transform(peers, std::back_inserter(rows), row_of);
  std::array<std::size_t, kColumns> widths{};
  for (const auto& row : rows)
    for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], row[i].size());

  out += '\n';
  for (const auto& row : rows) {
    for (std::size_t i = 0; i + 1 < kColumns; ++i) out += fmt::format("{:<{}}  ", row[i], widths[i]);
    out += row.back() + '\n';
  }
  out += '\n';
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  if (!value.empty()) out += fmt::format("{:<11} {}\n", name, printable(value));
}

std::string counted(std::uint64_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::string handshakes_text(const Handshakes& counts) {
  return fmt::format(
      "{} accepted, {} passed to the cover origin ({} replays, {} with a wrong clock), {} failed",
      counts.accepted, counts.spliced, counts.replayed, counts.clock_skewed, counts.failed);
}

std::string exit_text(const Exit& counts) {
  std::uint64_t refused = 0;
  for (const auto& [reason, count] : counts.refused) refused += count;
  auto text = fmt::format("{} open, {} in all, {} failed, {} refused", counts.open, counts.total,
                          counts.failures, refused);
  const char* separator = " (";
  for (const auto& [reason, count] : counts.refused) {
    text += fmt::format("{}{} {}", separator, reason, count);
    separator = ", ";
  }
  if (!counts.refused.empty()) text += ')';
  return text;
}

std::string circuits_text(const Circuits& counts) {
  auto text = fmt::format("{} open; {} created, {} extended, {} refused, {} to no relay that answers",
                          counts.open, counts.created, counts.extended, counts.refused, counts.unreachable);
  constexpr std::uint64_t bytes_per_megabit = 125'000;
  if (counts.rate > 0) text += fmt::format("; at most {} Mbit/s", counts.rate / bytes_per_megabit);
  return text;
}

void append_counters(std::string& out, const Counters& counters) {
  append_field(out, "traffic",
               fmt::format("{} up, {} down", bytes_text(counters.bytes_up), bytes_text(counters.bytes_down)));
  append_field(out, "open",
               counted(counters.sessions_open, "session") + ", " + counted(counters.streams_open, "stream"));
  if (counters.handshakes) append_field(out, "handshakes", handshakes_text(*counters.handshakes));
  if (counters.exit) append_field(out, "exit", exit_text(*counters.exit));
  if (counters.circuits) append_field(out, "circuits", circuits_text(*counters.circuits));
}

/// "12 SE, 3 DE, 1 unknown", the most first, and no more than fit a line.
std::string countries_text(const std::map<std::string, std::size_t>& countries) {
  constexpr std::size_t kShown = 8;
  std::vector<std::pair<std::string, std::size_t>> sorted(countries.begin(), countries.end());
  std::ranges::sort(sorted, [](const auto& one, const auto& other) {
    return one.second != other.second ? one.second > other.second : one.first < other.first;
  });
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, sorted.size()); ++i)
    text += fmt::format("{}{} {}", i == 0 ? "" : ", ", sorted[i].second,
                        sorted[i].first.empty() ? "unknown" : sorted[i].first);
  if (sorted.size() > kShown) text += fmt::format(" and {} more countries", sorted.size() - kShown);
  return text;
}

void append_network(std::string& out, const Network& network) {
  auto text =
      fmt::format("{} ({} measured), {}; {} of {} operators", counted(network.relays, "relay"),
                  network.measured, counted(network.exits, "exit"), network.agreeing, network.operators);
  if (network.as_of) text += ", signed " + base::utc_text(*network.as_of);
  append_field(out, "network", text);
  append_field(out, "countries", countries_text(network.countries));
  append_field(out, "operators", network.problem);
}

void append_directory(std::string& out, const Directory& directory) {
  append_field(out, "directory",
               fmt::format("{} listed, {} not answering; {} registrations, {} heartbeats, {} "
                           "refused; {} lists given, {} renewed",
                           directory.listed, directory.waiting, directory.registrations, directory.heartbeats,
                           directory.refused, directory.snapshots, directory.renewals));
  append_field(out, "lists", countries_text(directory.countries));
  if (!directory.store_works)
    append_field(out, "problem", "The directory's database does not answer: nothing can be registered.");
}

/// "3 hops (private mode), exits in SE, NO".
std::string mode_and_countries(const Path& path) {
  auto text = mode_text(path.hops);
  if (!path.countries.empty()) text += ", exits in " + country_list(path.countries);
  return text;
}

/// "198.51.100.7:443 (DE)".
std::string hop_text(const Hop& hop) {
  return hop.country.empty() ? hop.address : fmt::format("{} ({})", hop.address, hop.country);
}

std::string circuit_text(const Circuit& circuit) {
  std::vector<std::string> hops;
  std::ranges::transform(circuit.hops, std::back_inserter(hops), hop_text);
  auto text = fmt::format("{}: {}, {}, up {}", fmt::join(hops, " > "), circuit.state,
                          counted(circuit.streams, "stream"), duration_text(circuit.age));
  if (circuit.round_trip) text += ", " + round_trip_text(circuit.round_trip);
  return text;
}

void append_path(std::string& out, const Path& path) {
  append_field(out, "path", mode_and_countries(path));
  for (const auto& circuit : path.circuits) append_field(out, "circuit", circuit_text(circuit));
  append_field(out, "exit", path.exit_seen ? "sites see " + hop_text(*path.exit_seen) : "");
}

void append_advice(std::string& out, const Status& status) {
  const auto advice = advise(status);
  if (advice.code == "ok") return;
  append_field(out, "advice", sentence("advice." + advice.code, advice.words));
  append_field(out, "what to do", sentence("todo." + advice.code, advice.words));
}

void append_node(std::string& out, const Status& status) {
  append_field(out, "mode", status.helper_mode);
  append_field(out, "state",
               fmt::format("{} since {}", to_text(status.state), base::utc_text(status.state_since)));
  append_advice(out, status);
  append_field(out, "problem", status.problem);
  append_field(out, "SOCKS5", status.socks_address);
  append_field(out, "looks like", status.browser_template);
  if (status.path) append_path(out, *status.path);
  append_field(out, "listens on", status.listen_address);
  append_field(out, "peer id", status.peer_id);
  for (const auto& one : status.registered)
    append_field(out, "registered", one.directory + (one.listed ? "" : ": not yet. " + one.problem));
  if (status.network) append_network(out, *status.network);
  if (status.directory) append_directory(out, *status.directory);
  append_peers(out, status.peers);
  append_counters(out, status.counters);
}

}  // namespace

std::string status_text(const Status& status) {
  auto out = fmt::format("QNet {}, up {}\n\n", printable(status.version), duration_text(status.uptime));
  append_node(out, status);
  for (const auto& node : status.nodes) {
    out += fmt::format("\n[{}]\n", printable(node.name));
    append_node(out, node.status);
  }
  return out;
}

}  // namespace qnet::control
