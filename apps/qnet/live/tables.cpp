#include <algorithm>

#include <fmt/format.h>

#include "control/units.hpp"
#include "control/words.hpp"
#include "live/parts.hpp"
#include "live/picture.hpp"

namespace qnet::cli {

namespace {

using control::duration_text;
using control::sentence;

std::string role_of(std::size_t place, std::size_t count) {
  if (count == 1) return sentence("cli.role.only");
  if (place == 0) return sentence("cli.role.guard");
  return sentence(place + 1 == count ? "cli.role.exit" : "cli.role.middle");
}

void draw_circuit(Page& page, const Json& circuit, std::size_t number) {
  const auto mark = mark_of_circuit(page, circuit);
  page.line({{mark.shape + " ", mark.style},
             {sentence("cli.circuit", {{"number", std::to_string(number)}}), Style::bold},
             {"  " + joined({doing_of(circuit),
                             sentence("cli.for", {{"time", duration_text(std::chrono::seconds(
                                                               count_in(circuit, "age_seconds")))}})})}});
  const auto& hops = list_in(circuit, "hops");
  std::vector<Spans> rows;
  for (std::size_t i = 0; i < hops.size(); ++i)
    if (const auto* const hop = hops[i].if_object())
      rows.push_back(
          {{page.shape(i + 1 == hops.size() ? "  └" : "  ├", i + 1 == hops.size() ? "  `-" : "  |-"),
            Style::dim},
           {role_of(i, hops.size()), Style::dim},
           {text_in(*hop, "country"), Style::bold},
           {text_in(*hop, "address")}});
  page.table(rows);
}

}  // namespace

void draw_circuits(Page& page, const Json& status) {
  const auto& circuits = list_in(status, "circuits");
  for (std::size_t i = 0; i < circuits.size(); ++i) {
    if (i > 0) page.line();
    if (const auto* const circuit = circuits[i].if_object()) draw_circuit(page, *circuit, i + 1);
  }
  if (circuits.empty())
    page.words({},
               {{sentence(count_in(status, "hops") > 0 ? "cli.no_circuits" : "cli.no_circuits_of_relay")}});
}

void draw_peers(Page& page, const Json& status) {
  const auto& peers = list_in(status, "peers");
  std::vector<Spans> rows;
  for (const auto& one : peers) {
    const auto* const peer = one.if_object();
    if (peer == nullptr) continue;
    const auto mark = mark_of(page, text_in(*peer, "state"));
    rows.push_back({{mark.shape + " " + text_in(*peer, "state"), mark.style},
                    {text_in(*peer, "address")},
                    {text_in(*peer, "country"), Style::bold},
                    {round_trip_text(*peer)},
                    {text_in(*peer, "cover"), Style::dim}});
  }
  page.table(rows);
  for (const auto& one : peers)
    if (const auto* const peer = one.if_object(); peer != nullptr && !text_in(*peer, "last_error").empty())
      page.words({{page.shape("→ ", "-> "), Style::dim}}, {{text_in(*peer, "last_error")}});
  if (peers.empty())
    page.words({}, {{sentence(count_in(status, "hops") > 1 ? "cli.no_peers_private" : "cli.no_peers")}});
}

}  // namespace qnet::cli
