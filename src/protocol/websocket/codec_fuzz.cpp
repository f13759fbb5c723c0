// Whatever a visitor sends after an upgrade: what is taken in one piece is taken in single bytes too, and
// gives the same data and the same answers.
#include <cstdlib>

#include "foundation/base/testing/seeded_random.hpp"
#include "protocol/websocket/codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qnet;
  base::testing::SeededRandom random(1);
  const base::ByteView input(data, size);
  websocket::Codec whole(websocket::Role::server, random);
  websocket::Codec single(websocket::Role::server, random);
  base::ByteQueue data_a;
  base::ByteQueue data_b;
  base::ByteQueue answers_a;
  base::ByteQueue answers_b;
  const bool a = whole.receive(input, data_a, answers_a).has_value();
  bool b = true;
  for (std::size_t i = 0; b && i < size; ++i)
    b = single.receive(input.subspan(i, 1), data_b, answers_b).has_value();
  if (a != b || whole.at_end() != single.at_end() || data_a.size() > size) std::abort();
  if (base::text_of(data_a.view()) != base::text_of(data_b.view())) std::abort();
  if (base::text_of(answers_a.view()) != base::text_of(answers_b.view())) std::abort();
  return 0;
}
