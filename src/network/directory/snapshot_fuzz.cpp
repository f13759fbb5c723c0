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

/// The same relays come back, also where an older list had no rates.
void check_list(const base::Result<std::vector<directory::Listed>>& list) {
  if (!list) return;
  std::vector<directory::Entry> entries;
  for (const auto& listed : *list)
    entries.push_back({.descriptor = listed.descriptor,
                       .country = listed.country,
                       .measured = listed.measured,
                       .address = listed.address,
                       .checked = true});
  std::vector<const directory::Entry*> pointers;
  for (const auto& entry : entries) pointers.push_back(&entry);
  const auto again = directory::decode_list(directory::encode_list(pointers));
  if (!again || *again != *list) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  (void)directory::SnapshotHeader::parse(input);
  (void)directory::unpack(input, 1U << 20U);
  if (const auto answer = directory::Answer::decode(input)) check_encoding(*answer);
  check_list(directory::decode_list(input, directory::ListForm::without_rates));
  check_list(directory::decode_list(input));
  return 0;
}
