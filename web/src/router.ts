import { createRouter, createWebHistory } from 'vue-router'

// A page is a route with a `page` name; the shell lists them all in its navigation. Each page is
// fetched when it is first opened: the list of devices needs no map.
export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', redirect: '/plan' },
    { path: '/plan', name: 'plan', component: () => import('./views/PlanView.vue'), meta: { page: true, skip: '#routes', skipText: 'app.skip' } },
    { path: '/devices', name: 'devices', component: () => import('./views/DevicesView.vue'), meta: { page: true, skip: '#devices', skipText: 'devices.skip' } },
    { path: '/:rest(.*)*', redirect: '/plan' },
  ],
})
