// Which address of an exit web sites see.
#pragma once

#include <string>
#include <string_view>

#include "foundation/ip/public_address.hpp"

namespace qnet::node {

/// `bound`: where the exit says that its connection comes from; "0.0.0.0" when it does not say. `listed`:
/// where it takes peers. An exit behind address translation knows only the private one of the two.
[[nodiscard]] inline std::string exit_seen(std::string_view bound, std::string_view listed) {
  const bool unsaid = bound.empty() || bound == "0.0.0.0" || bound == "::";
  const bool translated = !ip::may_be_public(bound) && ip::may_be_public(listed);
  return std::string(unsaid || translated ? listed : bound);
}

}  // namespace qnet::node
