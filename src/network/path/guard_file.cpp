#include "network/path/guard_file.hpp"

#include <fstream>
#include <iterator>
#include <system_error>

#include "foundation/base/durable_file.hpp"
#include "foundation/base/private_file.hpp"
#include "network/path/limits.hpp"

namespace qnet::path {

namespace fs = std::filesystem;

fs::path guard_file(const fs::path& folder) { return folder / "guards"; }

base::Result<GuardSample> load_guards(const fs::path& folder) {
  const auto path = guard_file(folder);
  std::error_code error;
  const auto status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return GuardSample{};
  if (error) return base::fail(Errc::guard_file_unusable, path.string() + ": " + error.message());
  if (status.type() != fs::file_type::regular) return base::fail(Errc::guard_file_unusable, path.string());
  std::ifstream file(path, std::ios::binary);
  base::Bytes content(GuardLimits::file + 1);
  file.read(reinterpret_cast<char*>(content.data()),  // NOLINT(*-reinterpret-cast)
            static_cast<std::streamsize>(content.size()));
  if (!file.is_open() || file.bad()) return base::fail(Errc::guard_file_unusable, path.string());
  content.resize(static_cast<std::size_t>(file.gcount()));
  auto sample = GuardSample::parse(content);
  if (sample) return sample;
  const auto& why = sample.error();
  const auto code = why.is(Errc::guard_file_newer) ? Errc::guard_file_newer : Errc::guard_file_damaged;
  return base::fail(code, path.string() + (why.context().empty() ? "" : " (" + why.context() + ")"));
}

base::Result<void> save_guards(const GuardSample& sample, const fs::path& folder) {
  (void)base::make_private_folder(folder);  // where it fails, so does the file
  const auto path = guard_file(folder);
  const int reason = base::write_file_durably(path, sample.encode(), base::Existing::replace);
  if (reason == 0) return {};
  return base::fail(Errc::guard_file_unusable,
                    path.string() + ": " + std::generic_category().message(reason));
}

}  // namespace qnet::path
