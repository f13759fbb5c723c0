// Both ends of multistream-select against any bytes, whole and in pieces: the same result, and no more
// consumed than was there.
#include <cstdlib>

#include "protocol/mux/multistream.hpp"

namespace {

using namespace qnet;

struct Outcome {
  bool failed = false;
  bool agreed = false;
  std::size_t consumed = 0;
  bool operator==(const Outcome&) const = default;
};

bool agreed(const mux::MultistreamInitiator::Fed& fed, const mux::MultistreamInitiator&) {
  return fed.agreed;
}
bool agreed(const mux::MultistreamResponder::Fed&, const mux::MultistreamResponder& responder) {
  return responder.agreed().has_value();
}

template <class Negotiator>
Outcome play(Negotiator negotiator, base::ByteView input, std::size_t piece) {
  Outcome outcome;
  while (outcome.consumed < input.size()) {
    const auto rest = input.subspan(outcome.consumed);
    const auto offered = rest.first(std::min(rest.size(), piece));
    const auto fed = negotiator.feed(offered);
    if (!fed) {
      outcome.failed = true;
      outcome.consumed = 0;
      return outcome;
    }
    if (fed->consumed > offered.size()) std::abort();
    outcome.consumed += fed->consumed;
    outcome.agreed = agreed(*fed, negotiator);
    if (outcome.agreed) return outcome;
    // A negotiator takes everything up to its next decision; it may stop in front of what is not for it.
    if (fed->consumed == 0) return outcome;
  }
  return outcome;
}

template <class Make>
void same_in_pieces(Make make, base::ByteView input) {
  if (play(make(), input, input.size()) != play(make(), input, 1)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  same_in_pieces([] { return mux::MultistreamInitiator("/qnet/connect/1"); }, input);
  same_in_pieces(
      [] {
        return mux::MultistreamResponder([](std::string_view name) { return name == "/qnet/connect/1"; });
      },
      input);
  return 0;
}
