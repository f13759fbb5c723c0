// One question to one directory, over a session.
#pragma once

#include <functional>
#include <memory>

#include "foundation/net/byte_stream.hpp"
#include "network/directory/exchange.hpp"
#include "overlay/session/dialer.hpp"
#include "overlay/session/session.hpp"

namespace qnet::discovery {

struct AskLimits {
  static constexpr std::chrono::seconds registration{20};
  /// A list of 100,000 relays over a slow line.
  static constexpr std::chrono::minutes snapshot{5};
};

/// Errors: the session's, timed_out, or no_answer. An answer that refuses is no error here.
net::Task<base::Result<directory::Answer>> ask(std::shared_ptr<session::Session> session,
                                               directory::Query query);

/// One question to the operator that an invite leads to, which must outlive the answer.
using AskOperator =
    std::function<net::Task<base::Result<directory::Answer>>(const peer::Invite&, directory::Query)>;
/// In a session of its own, closed after the answer.
[[nodiscard]] AskOperator ask_in_new_session(std::shared_ptr<const session::Dialer> dialer);

}  // namespace qnet::discovery
