# A module is a folder src/NAME: every .c file in it, one static library m_NAME.
#     yc_module(road LINKS geo PACKAGES zlib)
# LINKS names modules, PACKAGES names pkg-config packages; only this folder sees their headers.
function(yc_module name)
    cmake_parse_arguments(ARG "" "" "LINKS;PACKAGES" ${ARGN})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.c)
    add_library(m_${name} STATIC ${sources})
    target_include_directories(m_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
    foreach(other ${ARG_LINKS})
        target_link_libraries(m_${name} PUBLIC m_${other})
    endforeach()
    foreach(package ${ARG_PACKAGES})
        pkg_check_modules(${package} REQUIRED IMPORTED_TARGET ${package})
        target_link_libraries(m_${name} PRIVATE PkgConfig::${package})
    endforeach()
endfunction()

# Test programs are found by name: tests/unit/MODULE_WHAT_test.c links m_MODULE.
# `label` groups them for ctest -L.
function(yc_tests label)
    cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
    pkg_check_modules(cmocka REQUIRED IMPORTED_TARGET cmocka)
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.c)
    foreach(source ${sources})
        get_filename_component(test ${source} NAME_WE)
        string(REGEX REPLACE "_.*" "" module ${test})
        add_executable(${test} ${source})
        target_link_libraries(${test} PRIVATE m_${module} PkgConfig::cmocka m)
        target_compile_definitions(${test} PRIVATE
            TEST_SHARED="${CMAKE_SOURCE_DIR}/../shared" TEST_SOURCE="${CMAKE_SOURCE_DIR}")
        target_include_directories(${test} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
        add_test(NAME ${test} COMMAND ${test})
        # A refused giant allocation is an answer that tests ask for, not a sanitizer's finding.
        set_tests_properties(${test} PROPERTIES LABELS "${label}" ENVIRONMENT
            "ASAN_OPTIONS=allocator_may_return_null=1:detect_stack_use_after_return=1;TSAN_OPTIONS=allocator_may_return_null=1")
    endforeach()
endfunction()
