// Whatever a visitor asks for: a file that is found lies below the folder, and a range lies inside of the
// file.
#include <cstdlib>
#include <fstream>

#include "foundation/base/bytes.hpp"
#include "transport/site/folder_files.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qnet;
  namespace fs = std::filesystem;
  static const fs::path root = [] {
    std::string pattern = (fs::temp_directory_path() / "qnet-fuzz-XXXXXX").string();
    const auto folder = fs::canonical(::mkdtemp(pattern.data()));
    fs::create_directories(folder / "www" / "a");
    std::ofstream(folder / "www" / "index.html") << "x";
    std::ofstream(folder / "www" / "a" / "b") << "x";
    std::ofstream(folder / "secret") << "x";
    return folder / "www";
  }();
  const auto text = base::text_of({data, size});
  bool without_slash = false;
  if (const auto file = site::find_file(root, text, without_slash))
    if (!file->native().starts_with(root.native() + "/")) std::abort();
  constexpr std::uint64_t file_size = 1000;
  bool unsatisfiable = false;
  if (const auto range = site::parse_range(text, file_size, unsatisfiable))
    if (unsatisfiable || range->size == 0 || range->offset + range->size > file_size) std::abort();
  return 0;
}
