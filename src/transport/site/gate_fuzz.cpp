// Whatever a visitor sends as cookie and target: nobody without the relay's key is taken for a peer, and a
// token that is found is the one that was sent.
#include <cstdlib>

#include "foundation/base/testing/seeded_random.hpp"
#include "transport/site/gate.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qnet;
  static base::testing::SeededRandom random(1);
  static htx::ReplayCache seen(random, 16);
  static const site::Gate gate({crypto::X25519KeyPair::generate(random), {}}, seen);

  const auto text = base::text_of({data, size});
  const auto split = std::min(text.find('\n'), text.size());
  const std::string_view cookies[] = {text.substr(0, split), text.substr(std::min(split + 1, text.size()))};
  const htx::WallTime now(std::chrono::seconds(1'700'000'000));
  const site::TunnelRequest anywhere{true, false, cookies[1], cookies};
  const site::TunnelRequest at_the_path{true, false, gate.names().path, cookies};
  for (const auto& tunnel_request : {anywhere, at_the_path})
    if (!std::holds_alternative<site::Gate::Visit>(gate.examine(tunnel_request, std::nullopt, now)))
      std::abort();

  if (const auto token = site::find_token(cookies, "sid")) {
    if (text.find("sid=" + base::to_base64url(*token)) == std::string_view::npos) std::abort();
  }
  return 0;
}
