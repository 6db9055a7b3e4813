# Rooms of the house: each folder of src/ is one object library that sees only what its line names.

set(MAILLE_ROOMS "" CACHE INTERNAL "")
set(MAILLE_ALL_LIBS "" CACHE INTERNAL "")

function(maille_room name)
  cmake_parse_arguments(R "" "" "ROOMS;LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.c)
  if(NOT sources)
    return()
  endif()
  add_library(room_${name} STATIC ${sources})
  target_include_directories(room_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src> $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>)
  target_compile_options(room_${name} PRIVATE ${MAILLE_FLAGS})
  foreach(other ${R_ROOMS})
    if(TARGET room_${other})
      target_link_libraries(room_${name} PUBLIC room_${other})
    endif()
  endforeach()
  target_link_libraries(room_${name} PRIVATE ${R_LIBS})
  set(MAILLE_ROOMS ${MAILLE_ROOMS} ${name} CACHE INTERNAL "")
  set(MAILLE_ALL_LIBS ${MAILLE_ALL_LIBS} ${R_LIBS} CACHE INTERNAL "")
endfunction()

# src/<room>/*.sql become C strings in build/<preset>/generated/<room>_sql.h, one per file,
# in the order of their names: sql_<file name>.
function(maille_embed_sql room)
  if(NOT TARGET room_${room})
    return()
  endif()
  file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${room}/*.sql)
  set(header ${PROJECT_BINARY_DIR}/generated/${room}_sql.h)
  add_custom_command(OUTPUT ${header}
    COMMAND ${CMAKE_COMMAND} -DOUT=${header} "-DFILES=${files}" -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${files} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake VERBATIM)
  target_sources(room_${room} PRIVATE ${header})
  target_include_directories(room_${room} PRIVATE ${PROJECT_BINARY_DIR}/generated)
endfunction()

# libmaille: all rooms in one shared library, installed with its headers and a pkg-config file.
function(maille_library)
  set(objects "")
  foreach(room ${MAILLE_ROOMS})
    list(APPEND objects $<TARGET_OBJECTS:room_${room}>)
  endforeach()
  add_library(maille SHARED ${objects})
  set_target_properties(maille PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION 0)
  target_include_directories(maille PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(maille PRIVATE ${MAILLE_ALL_LIBS})
  # What the rooms call each other stays inside: only maille_* is exported.
  set(exports ${PROJECT_SOURCE_DIR}/cmake/exports.map)
  target_link_options(maille PRIVATE LINKER:--version-script=${exports})
  set_property(TARGET maille PROPERTY LINK_DEPENDS ${exports})

  # The pkg-config file names its prefix from its own place, so that the tree can be moved.
  file(RELATIVE_PATH MAILLE_PC_TO_PREFIX ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
  string(REGEX REPLACE "/$" "" MAILLE_PC_TO_PREFIX ${MAILLE_PC_TO_PREFIX})
  configure_file(${PROJECT_SOURCE_DIR}/cmake/maille.pc.in ${PROJECT_BINARY_DIR}/maille.pc @ONLY)
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/maille-config-version.cmake
    COMPATIBILITY SameMinorVersion)
  install(TARGETS maille EXPORT maille LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/maille DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/layers DESTINATION ${CMAKE_INSTALL_DATADIR}/maille)
  # The map with what tools/web fetched for it; lists of packages and notes for developers stay here.
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/src/web DESTINATION ${CMAKE_INSTALL_DATADIR}/maille
    PATTERN "package*.json" EXCLUDE PATTERN "README.md" EXCLUDE PATTERN "vendor.new" EXCLUDE
    PATTERN ".*" EXCLUDE)
  install(FILES ${PROJECT_BINARY_DIR}/maille.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
  install(EXPORT maille NAMESPACE maille:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/maille
    FILE maille-config.cmake)
  install(FILES ${PROJECT_BINARY_DIR}/maille-config-version.cmake
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/maille)
endfunction()

function(maille_program)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/cli/*.c)
  if(NOT sources)
    return()
  endif()
  add_executable(maille_cli ${sources})
  set_target_properties(maille_cli PROPERTIES OUTPUT_NAME maille
    INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
  target_include_directories(maille_cli PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_compile_options(maille_cli PRIVATE ${MAILLE_FLAGS})
  target_link_libraries(maille_cli PRIVATE maille m)
  install(TARGETS maille_cli DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()
