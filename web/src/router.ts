import { createRouter, createWebHistory } from 'vue-router'
import PlanView from './views/PlanView.vue'

// A page is a route with a `page` name; the shell lists them all in its navigation.
export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', redirect: '/plan' },
    { path: '/plan', name: 'plan', component: PlanView, meta: { page: true } },
    { path: '/:rest(.*)*', redirect: '/plan' },
  ],
})
