// One question to one directory, over a session.
#pragma once

#include "directory/exchange.hpp"
#include "net/byte_stream.hpp"
#include "session/session.hpp"

namespace qnet::discovery {

struct AskLimits {
  static constexpr std::chrono::seconds registration{20};
  /// A list of 100,000 relays over a slow line.
  static constexpr std::chrono::minutes snapshot{5};
};

/// Errors: the session's, timed_out, or no_answer. An answer that refuses is no error here.
net::Task<base::Result<directory::Answer>> ask(std::shared_ptr<session::Session> session,
                                               directory::Query query);

}  // namespace qnet::discovery
