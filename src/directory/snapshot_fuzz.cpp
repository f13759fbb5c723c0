// Whatever a lying operator answers.
#include <cstdlib>

#include "directory/exchange.hpp"
#include "directory/packing.hpp"
#include "directory/snapshot.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qnet;
  const base::ByteView input(data, size);
  (void)directory::SnapshotHeader::parse(input);
  (void)directory::unpack(input, 1U << 20U);
  if (const auto answer = directory::Answer::decode(input)) {
    const auto again = answer->encode();
    const auto decoded = directory::Answer::decode(base::ByteView(again).subspan(4));
    if (!decoded || *decoded != *answer) std::abort();
  }
  const auto list = directory::decode_list(input);
  if (!list) return 0;
  std::vector<directory::Entry> entries;
  for (const auto& listed : *list)
    entries.push_back({listed.descriptor, 0, {}, {}, listed.country, true, {}, {}, 0, false});
  std::vector<const directory::Entry*> pointers;
  for (const auto& entry : entries) pointers.push_back(&entry);
  if (directory::decode_list(directory::encode_list(pointers))->size() != list->size()) std::abort();
  return 0;
}
