// Any message of a peer that measures, or is measured.
#include <cstdlib>

#include "overlay/measure/limits.hpp"
#include "overlay/measure/messages.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qnet;
  const auto amount = measure::Amount::decode({data, size});
  if (!amount) return 0;
  if (amount->bytes > measure::AllowanceLimits::transfer) std::abort();
  const auto wire = amount->encode();
  const auto again = measure::Amount::decode(base::ByteView(wire).subspan(2));
  if (!again || *again != *amount) std::abort();
  return 0;
}
