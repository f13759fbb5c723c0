// Parts that several pictures of a running QNet share.
#pragma once

#include <optional>

#include "live/page.hpp"
#include "live/reading.hpp"

namespace qnet::cli {

/// A state of the API ("connected", also of a peer) as a shape, by colour, and in words.
struct Mark {
  std::string shape;
  Style style = Style::plain;
};
[[nodiscard]] Mark mark_of(const Page& page, std::string_view state);
/// "Connected".
[[nodiscard]] std::string state_words(const Json& status);
/// "client", "super peer".
[[nodiscard]] std::string mode_words(const Json& status);
/// "Fast: 1 relay", "Private: 3 relays".
[[nodiscard]] std::string hops_words(std::uint64_t hops);

/// "12.3 ms"; empty for nothing.
[[nodiscard]] std::string round_trip_text(const Json& object);
/// "1 stream", "2 streams", by the sentences KEY.one and KEY.many.
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view key);
/// "SE 3, DE 2", the most first, and no more than `most`.
[[nodiscard]] std::string counts_text(const Json& counts, std::size_t most = 8);
/// "192.0.2.7" of "192.0.2.7:443", as every peer has that port; anything else as it is.
[[nodiscard]] std::string short_address(const std::string& address);
/// The hops of a circuit, and behind them what it is doing.
[[nodiscard]] Spans way_of(const Page& page, const Json& circuit);
[[nodiscard]] std::string doing_of(const Json& circuit);
/// What circuits are in, of those that carry this machine's connections: "in use", "ready".
[[nodiscard]] Mark mark_of_circuit(const Page& page, const Json& circuit);

/// The parts that are not empty.
[[nodiscard]] std::string joined(std::initializer_list<std::string> parts, std::string_view between = ", ");

}  // namespace qnet::cli
