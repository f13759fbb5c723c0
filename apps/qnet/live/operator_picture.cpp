#include <fmt/format.h>

#include "control/units.hpp"
#include "control/words.hpp"
#include "live/parts.hpp"
#include "live/picture.hpp"

namespace qnet::cli {

namespace {

using control::bytes_text;
using control::sentence;

std::string label(std::string_view name) { return sentence(fmt::format("cli.label.{}", name)); }

/// A sentence with the counts of these names in its places.
std::string told(std::string_view key, const Json& counts, std::initializer_list<const char*> names) {
  control::WordMap words;
  for (const auto* const name : names) words.emplace(name, std::to_string(count_in(counts, name)));
  return sentence(key, words);
}

void draw_relayed(Page& page, const Json& node) {
  const auto* const relayed = object_in(node, "relayed");
  if (relayed == nullptr) return;
  page.field(label("circuits"),
             {{told("cli.circuits", *relayed, {"open", "created", "extended", "refused", "unreachable"})}});
  const auto rate = count_in(*relayed, "rate");
  page.field(label("relayed"),
             {{joined({bytes_text(count_in(*relayed, "bytes")),
                       rate == 0 ? "" : sentence("cli.at_most", {{"rate", bytes_text(rate) + "/s"}})})}});
}

void draw_exit(Page& page, const Json& node) {
  const auto* const exit = object_in(node, "exit");
  if (exit == nullptr) return;
  page.field(label("exit"), {{told("cli.exit", *exit, {"open", "total", "failures"})}});
  if (const auto* const refused = object_in(*exit, "refused"))
    page.field(label("refused"), {{counts_text(*refused, 12)}});
}

void draw_directory(Page& page, const Json& node) {
  const auto* const directory = object_in(node, "directory");
  if (directory == nullptr) return;
  page.field(label("directory"),
             {{told("cli.directory", *directory, {"listed", "waiting", "registrations", "refused"})}});
  if (const auto* const countries = object_in(*directory, "countries"))
    page.field(label("countries"), {{counts_text(*countries)}});
}

void draw_registered(Page& page, const Json& node) {
  bool first = true;
  for (const auto& one : list_in(node, "registered")) {
    const auto* const row = one.if_object();
    if (row == nullptr) continue;
    const bool listed = truth_in(*row, "listed");
    const auto problem = text_in(*row, "problem");
    const auto mark = mark_of(page, listed ? "connected" : "failed");
    page.field(first ? label("listed_by") : "",
               {{mark.shape + " ", mark.style},
                {sentence(listed ? "cli.lists" : "cli.lists_not",
                          {{"directory", short_address(text_in(*row, "directory"))}})},
                {problem.empty() ? "" : ": " + problem, Style::dim}});
    first = false;
  }
}

std::string limit_text(std::string_view name, std::uint64_t limit) {
  std::string words(name);
  const bool of_bytes = words.ends_with("bytes_per_second");
  for (auto& c : words)
    if (c == '_') c = ' ';
  if (of_bytes) words.resize(words.size() - std::string_view(" bytes per second").size());
  return words + " " + (of_bytes ? bytes_text(limit) + "/s" : std::to_string(limit));
}

void draw_limits(Page& page, const Json& node) {
  const auto* const limits = object_in(node, "limits");
  std::string text;
  if (limits != nullptr)
    for (const auto& [name, value] : *limits)
      text += (text.empty() ? "" : ", ") + limit_text(name, count_in(*limits, name));
  page.field(label("limits"), {{text}});
}

}  // namespace

void draw_operator(Page& page, const Json& node) {
  page.field(label("listens"), {{text_in(node, "listen_addr")}});
  page.field(label("peer_id"), {{text_in(node, "peer_id")}});
  page.field(label("sessions"), {{joined({counted(count_in(node, "sessions_open"), "cli.sessions"),
                                          counted(count_in(node, "streams_open"), "cli.streams")})}});
  draw_relayed(page, node);
  draw_exit(page, node);
  if (const auto* const handshakes = object_in(node, "handshakes"))
    page.field(label("handshakes"), {{told("cli.handshakes", *handshakes,
                                           {"accepted", "spliced", "replayed", "clock_skewed", "failed"})}});
  draw_directory(page, node);
  draw_registered(page, node);
  draw_limits(page, node);
  page.field(label("complaints"), {{text_in(node, "abuse_contact")}});
}

}  // namespace qnet::cli
