// Whatever an application sends, and however it arrives, the outcome is the same, and a request is
// acceptable.
#include <cstdlib>

#include "proxy/http_connect.hpp"
#include "proxy/testing/transcript.hpp"

namespace {

using namespace qnet;
using State = proxy::Dialogue::State;

void require(bool holds) {
  if (!holds) std::abort();
}

void try_with(base::ByteView input, const std::optional<proxy::Credentials>& credentials) {
  const auto whole = proxy::testing::converse<proxy::HttpConnect>(
      input, std::max<std::size_t>(input.size(), 1), credentials);
  require(whole == proxy::testing::converse<proxy::HttpConnect>(input, 1, credentials));
  if (whole.state == State::requested) require(proxy::is_acceptable(whole.destination));
  if (whole.state == State::refused) require(whole.rest.empty());
  if (whole.state == State::reading) require(input.size() < proxy::HttpConnectLimits::head);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  try_with(input, std::nullopt);
  try_with(input, proxy::Credentials{"alice", "secret"});
  return 0;
}
