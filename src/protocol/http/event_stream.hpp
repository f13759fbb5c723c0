// The text of server-sent events (WHATWG HTML, "Server-sent events"): what a browser's EventSource reads.
#pragma once

#include <string>
#include <string_view>

namespace qnet::http {

inline constexpr std::string_view kEventStreamType = "text/event-stream";

struct Event {
  std::string_view name{};  ///< empty: "message", as browsers call it
  std::string_view id{};    ///< a browser that connects again sends the last one; empty: none
  std::string_view data{};  ///< any UTF-8; lines may end in LF, CR or both, and arrive as ending in LF
};

/// One event, whole. Throws std::invalid_argument where a name or id has a line break, or an id has a zero
/// byte: these two are the program's own words.
[[nodiscard]] std::string to_text(const Event& event);

/// A line that means nothing. Sent at times, it tells programs between the two ends that the stream lives.
inline constexpr std::string_view kEventStreamPause = ":\n\n";

}  // namespace qnet::http
