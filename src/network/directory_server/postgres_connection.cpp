#include "network/directory_server/postgres_connection.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "network/directory/error.hpp"

namespace qnet::directory {

namespace {

base::Error lost(const char* words) {
  std::string_view text(words == nullptr ? "" : words);
  text = text.substr(0, text.find('\n'));
  return {Errc::store_lost, text.empty() ? "no reason was given" : std::string(text)};
}

bool good(const PGresult* result) {
  const auto status = PQresultStatus(result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}

}  // namespace

base::Result<void> check_postgres_url(const std::string& url) {
  constexpr const char* kAdvice =
      "the database's URL cannot be read; in its user name and password, write special characters "
      "percent-encoded: @ as %40, / as %2F, : as %3A, ? as %3F, # as %23, % as %25";
  const auto scheme = url.find("://");
  if (scheme != std::string::npos) {
    // libpq ends the password at the first @ or /, and takes what follows for the host: it would be shown.
    const auto rest = std::string_view(url).substr(scheme + 3);
    const auto at = rest.find('@');
    const bool second = at != std::string_view::npos && rest.find('@', at + 1) != std::string_view::npos;
    if (second || (at != std::string_view::npos && at > rest.find('/')))
      return base::fail(Errc::store_unusable, kAdvice);
  }
  char* words = nullptr;
  auto* const options = PQconninfoParse(url.c_str(), &words);
  PQfreemem(words);
  if (options == nullptr) return base::fail(Errc::store_unusable, kAdvice);
  PQconninfoFree(options);
  return {};
}

base::Result<void> PostgresConnection::connect() {
  const auto seconds = std::to_string(PostgresLimits::connect.count());
  const auto unacknowledged = std::to_string(std::chrono::milliseconds(PostgresLimits::connect).count());
  const auto options =
      "-c statement_timeout=" + std::to_string(std::chrono::milliseconds(PostgresLimits::statement).count());
  constexpr std::array<const char*, 8> kNames{"dbname",
                                              "connect_timeout",
                                              "tcp_user_timeout",
                                              "keepalives_idle",
                                              "keepalives_interval",
                                              "keepalives_count",
                                              "options",
                                              nullptr};
  // Statements end, and a network that is cut shows, within seconds.
  const std::array<const char*, 8> values{
      url_.c_str(), seconds.c_str(), unacknowledged.c_str(), "2", "1", "3", options.c_str(), nullptr};
  connection_.reset(PQconnectdbParams(kNames.data(), values.data(), 1));
  // Without blocking, so that not even saying good-bye to a server that reads nothing can wait.
  if (PQstatus(connection_.get()) != CONNECTION_OK || PQsetnonblocking(connection_.get(), 1) != 0) {
    auto failed = words_of_connection();
    connection_.reset();
    return tl::unexpected(std::move(failed));
  }
  PQsetNoticeProcessor(connection_.get(), [](void*, const char*) {}, nullptr);
  return {};
}

base::Result<PostgresConnection::Rows> PostgresConnection::query(const char* sql,
                                                                 const std::vector<std::string>& parameters,
                                                                 std::chrono::seconds longest_wait) {
  if (!open()) return base::fail(Errc::store_lost, "there is no connection");
  const auto deadline = std::chrono::steady_clock::now() + longest_wait;
  const auto give_up = [this](base::Error error) {
    connection_.reset();
    return tl::unexpected(std::move(error));
  };
  if (!send(sql, parameters)) return give_up(words_of_connection());
  if (auto flushed = flush(deadline); !flushed) return give_up(flushed.error());
  Rows last;
  for (;;) {
    auto result = next_result(deadline);
    if (!result) return give_up(result.error());
    if (!*result) break;
    if (!good(result->get())) return give_up(lost(PQresultErrorMessage(result->get())));
    last = std::move(*result);
  }
  return last;
}

bool PostgresConnection::send(const char* sql, const std::vector<std::string>& parameters) {
  if (parameters.empty()) return PQsendQuery(connection_.get(), sql) == 1;
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const auto& parameter : parameters) values.push_back(parameter.c_str());
  return PQsendQueryParams(connection_.get(), sql, static_cast<int>(values.size()), nullptr, values.data(),
                           nullptr, nullptr, 0) == 1;
}

base::Result<void> PostgresConnection::flush(Deadline deadline) {
  for (;;) {
    const int left = PQflush(connection_.get());
    if (left == 0) return {};
    if (left < 0) return tl::unexpected(words_of_connection());
    // Reading meanwhile: the server may have to get rid of something before it reads on.
    if (auto ready = wait(POLLIN | POLLOUT, deadline); !ready) return ready;
    if (PQconsumeInput(connection_.get()) == 0) return tl::unexpected(words_of_connection());
  }
}

base::Result<PostgresConnection::Rows> PostgresConnection::next_result(Deadline deadline) {
  while (PQisBusy(connection_.get()) == 1) {
    if (auto ready = wait(POLLIN, deadline); !ready) return base::forward_error(ready);
    if (PQconsumeInput(connection_.get()) == 0) return tl::unexpected(words_of_connection());
  }
  return Rows(PQgetResult(connection_.get()));
}

base::Result<void> PostgresConnection::wait(short events, Deadline deadline) {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd watched{PQsocket(connection_.get()), events, 0};
    if (left.count() <= 0) return base::fail(Errc::store_lost, "it gave no answer in time");
    const int ready = ::poll(&watched, 1, static_cast<int>(left.count()));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return base::fail(Errc::store_lost, "its connection cannot be watched");
  }
}

/// The server's own words, which hold neither the URL nor its password.
base::Error PostgresConnection::words_of_connection() const {
  return lost(PQerrorMessage(connection_.get()));
}

}  // namespace qnet::directory
