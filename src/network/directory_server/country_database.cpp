#include "network/directory_server/country_database.hpp"

#include <netinet/in.h>

#include <cstring>

#include <maxminddb.h>

#include "network/directory/descriptor.hpp"

namespace qnet::directory {

struct CountryDatabase::Handle {
  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (open) MMDB_close(&database);
  }
  MMDB_s database{};
  bool open = false;
};

namespace {

MMDB_lookup_result_s look_up(const MMDB_s& database, const ip::IpAddress& address) {
  int error = MMDB_SUCCESS;
  MMDB_lookup_result_s found{};
  const auto bytes = address.bytes();
  if (address.is_v4()) {
    sockaddr_in socket{};
    socket.sin_family = AF_INET;
    std::memcpy(&socket.sin_addr, bytes.data(), bytes.size());
    found = MMDB_lookup_sockaddr(&database, reinterpret_cast<const sockaddr*>(&socket), &error);  // NOLINT
  } else if (database.metadata.ip_version == 6) {
    sockaddr_in6 socket{};
    socket.sin6_family = AF_INET6;
    std::memcpy(&socket.sin6_addr, bytes.data(), bytes.size());
    found = MMDB_lookup_sockaddr(&database, reinterpret_cast<const sockaddr*>(&socket), &error);  // NOLINT
  }
  if (error != MMDB_SUCCESS) found.found_entry = false;
  return found;
}

}  // namespace

CountryDatabase::CountryDatabase(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
CountryDatabase::CountryDatabase(CountryDatabase&&) noexcept = default;
CountryDatabase& CountryDatabase::operator=(CountryDatabase&&) noexcept = default;
CountryDatabase::~CountryDatabase() = default;

base::Result<CountryDatabase> CountryDatabase::open(const std::filesystem::path& file) {
  auto handle = std::make_unique<Handle>();
  const int status = MMDB_open(file.c_str(), MMDB_MODE_MMAP, &handle->database);
  if (status != MMDB_SUCCESS)
    return base::fail(Errc::bad_database, file.string() + " (" + MMDB_strerror(status) + ")");
  handle->open = true;
  return CountryDatabase(std::move(handle));
}

std::optional<std::string> CountryDatabase::country_of(const ip::IpAddress& address) const {
  auto found = look_up(handle_->database, address);
  if (!found.found_entry) return std::nullopt;
  MMDB_entry_data_s data{};
  if (MMDB_get_value(&found.entry, &data, "country", "iso_code", nullptr) != MMDB_SUCCESS || !data.has_data ||
      data.type != MMDB_DATA_TYPE_UTF8_STRING)
    return std::nullopt;
  std::string code(data.utf8_string, data.data_size);
  if (!is_country(code)) return std::nullopt;
  return code;
}

}  // namespace qnet::directory
