// Whatever an application sends, and however it arrives, the outcome is the same, and a request is
// acceptable.
#pragma once

#include <algorithm>
#include <cstdlib>

#include "edge/proxy/testing/transcript.hpp"

namespace qnet::proxy::testing {

/// For one kind of dialogue, without credentials and with; `limit` bounds what it reads before it decides.
template <class Kind>
void fuzz_dialogue(base::ByteView input, std::size_t limit) {
  using State = Dialogue::State;
  const auto require = [](bool holds) {
    if (!holds) std::abort();
  };
  for (const auto& credentials :
       {std::optional<Credentials>(), std::optional(Credentials{"alice", "secret"})}) {
    const auto whole = converse<Kind>(input, std::max<std::size_t>(input.size(), 1), credentials);
    require(whole == converse<Kind>(input, 1, credentials));
    if (whole.state == State::requested) require(is_acceptable(whole.destination));
    if (whole.state == State::refused) require(whole.rest.empty());
    if (whole.state == State::reading) require(input.size() < limit);
  }
}

}  // namespace qnet::proxy::testing
