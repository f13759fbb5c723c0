// Any bytes that a lying operator answers.
#include <cstdlib>

#include "network/directory/exchange.hpp"
#include "network/directory/packing.hpp"
#include "network/directory/snapshot.hpp"

namespace {

using namespace qnet;

/// An answer, encoded and decoded again: the same bytes come out.
void check_encoding(const directory::Answer& answer) {
  auto wire = answer.encode_before_list();
  if (answer.list) wire.insert(wire.end(), answer.list->begin(), answer.list->end());
  const auto again = directory::Answer::decode(base::ByteView(wire).subspan(4));
  if (!again || again->encode_before_list() != answer.encode_before_list()) std::abort();
  if ((again->list != nullptr) != (answer.list != nullptr)) std::abort();
  if (answer.list && *again->list != *answer.list) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  (void)directory::SnapshotHeader::parse(input);
  (void)directory::unpack(input, 1U << 20U);
  if (const auto answer = directory::Answer::decode(input)) check_encoding(*answer);
  const auto list = directory::decode_list(input);
  if (!list) return 0;
  std::vector<directory::Entry> entries;
  for (const auto& listed : *list)
    entries.push_back({.descriptor = listed.descriptor, .country = listed.country, .checked = true});
  std::vector<const directory::Entry*> pointers;
  for (const auto& entry : entries) pointers.push_back(&entry);
  if (directory::decode_list(directory::encode_list(pointers))->size() != list->size()) std::abort();
  return 0;
}
