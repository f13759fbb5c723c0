// What `qnet status` shows: how the running QNet is doing, on one screen.
#pragma once

#include <chrono>

#include "live/page.hpp"
#include "live/reading.hpp"

namespace qnet::cli {

/// Of the JSON of GET /status. A client's picture has its way to the web, an operator's node its counters;
/// the demo has both, and a line for each of its nodes.
void draw_status(Page& page, const Json& status, std::chrono::system_clock::time_point now);

/// The part of a relay, exit, bootstrap or super peer (operator_picture.cpp).
void draw_operator(Page& page, const Json& node);

/// What `qnet circuits` and `qnet peers` show.
void draw_circuits(Page& page, const Json& status);
void draw_peers(Page& page, const Json& status);

}  // namespace qnet::cli
