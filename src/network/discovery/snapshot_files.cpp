#include "network/discovery/snapshot_files.hpp"

#include <fstream>
#include <iterator>
#include <system_error>

#include "foundation/base/durable_file.hpp"
#include "foundation/cbor/decode.hpp"
#include "foundation/cbor/encode.hpp"

namespace qnet::discovery {

namespace fs = std::filesystem;

namespace {
constexpr std::size_t kLargestFile = directory::SnapshotLimits::list + 4096;
}  // namespace

fs::path SnapshotFiles::file_of(const peer::PeerId& operator_id) const {
  return folder_ / (operator_id.to_text() + ".snapshot");
}

std::optional<KeptSnapshot> SnapshotFiles::load(const peer::PeerId& operator_id) const {
  std::error_code error;
  const auto path = file_of(operator_id);
  if (folder_.empty() || fs::file_size(path, error) > kLargestFile || error) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  const base::Bytes content(std::istreambuf_iterator<char>(file), {});
  const auto value = cbor::decode(content, {.depth = 2, .size = kLargestFile});
  const auto* const parts = value ? value->array() : nullptr;
  if (parts == nullptr || parts->size() != 2 || (*parts)[0].bytes() == nullptr ||
      (*parts)[1].bytes() == nullptr)
    return std::nullopt;
  return KeptSnapshot{*(*parts)[0].bytes(), *(*parts)[1].bytes()};
}

base::Result<void> SnapshotFiles::save(const peer::PeerId& operator_id, const KeptSnapshot& snapshot) const {
  if (folder_.empty()) return {};
  std::error_code error;
  fs::create_directories(folder_, error);
  fs::permissions(folder_, fs::perms::owner_all, error);
  const auto path = file_of(operator_id);
  const auto content =
      cbor::encode(cbor::Array{base::ByteView(snapshot.header), base::ByteView(snapshot.list)});
  if (const int reason = base::write_file_durably(path, content, base::Existing::replace); reason != 0)
    return base::fail(directory::Errc::list_not_kept,
                      path.string() + ": " + std::generic_category().message(reason));
  return {};
}

}  // namespace qnet::discovery
